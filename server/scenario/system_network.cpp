#include "scenario/system_network.h"

#include "scenario/system_file.h"
#include "scenario/system_parameters.h"
#include "sim/part_names.h"

namespace incident::scenario {
namespace {

using sim::Model;
using sim::PartKind;

sim::ServiceId service(const Model& model, const Node& node) {
  return sim::ServiceId(find_part(model, PartKind::kService, node.text(), node));
}

std::vector<sim::ServiceId> services(const Model& model, const Node& node, std::string_view key) {
  std::vector<sim::ServiceId> ids;
  node.each(key, [&](const Node& name) { ids.push_back(service(model, name)); });
  return ids;
}

// Names are unique among the parts of one kind, or nobody could say which is meant.
std::string unique_name(const Model& model, PartKind kind, const Node& node) {
  std::string name = node.at("name").text();
  if (sim::find_part(model, kind, name))
    node.at("name").fail("there is a " + std::string(sim::to_string(kind)) + " of this name already");
  return name;
}

}  // namespace

void read_network(const Node& root, Model& model) {
  root.each("links", [&](const Node& node) {
    node.only(kLinkFields);
    sim::LinkSpec link{unique_name(model, PartKind::kLink, node),
                       services(model, node, "from"),
                       services(model, node, "to"),
                       {}};
    read_parameters(node, "parameters", PartKind::kLink, link.initial);
    model.links.push_back(std::move(link));
  });
  root.each("resolvers", [&](const Node& node) {
    node.only(kResolverFields);
    sim::ResolverSpec resolver{unique_name(model, PartKind::kResolver, node), {}};
    read_parameters(node, "parameters", PartKind::kResolver, resolver.initial);
    model.resolvers.push_back(std::move(resolver));
  });
  root.each("dns_names", [&](const Node& node) {
    node.only(kDnsNameFields);
    sim::DnsNameSpec name;
    name.name = unique_name(model, PartKind::kDnsName, node);
    name.service = service(model, node.at("service"));
    name.resolver = sim::ResolverId(
        find_part(model, PartKind::kResolver, node.at("resolver").text(), node.at("resolver")));
    read_parameters(node, "parameters", PartKind::kDnsName, name.initial);
    model.dns_names.push_back(std::move(name));
  });
  root.each("certificates", [&](const Node& node) {
    node.only(kCertificateFields);
    sim::CertificateSpec certificate{
        unique_name(model, PartKind::kCertificate, node), service(model, node.at("service")), {}};
    read_parameters(node, "parameters", PartKind::kCertificate, certificate.initial);
    model.certificates.push_back(std::move(certificate));
  });
  root.each("secrets", [&](const Node& node) {
    node.only(kSecretFields);
    sim::SecretSpec secret{unique_name(model, PartKind::kSecret, node),
                           service(model, node.at("service")),
                           services(model, node, "clients"),
                           {}};
    read_parameters(node, "parameters", PartKind::kSecret, secret.initial);
    model.secrets.push_back(std::move(secret));
  });
}

}  // namespace incident::scenario
