#include "otlp/resource.h"

#include "otlp/json_text.h"

namespace incident::otlp {

std::string resource_json(const Identity& identity, std::string_view service, std::string_view version,
                          std::string_view pod) {
  std::string out = R"({"attributes":[)";
  append_attribute(out, "service.name", service.empty() ? std::string_view(identity.system) : service);
  append_attribute(out, "service.namespace", identity.system);
  if (!version.empty()) append_attribute(out, "service.version", version);
  if (!pod.empty()) {
    append_attribute(out, "service.instance.id", pod);
    append_attribute(out, "k8s.pod.name", pod);
  }
  if (!service.empty()) append_attribute(out, "k8s.deployment.name", service);
  for (const auto& [key, value] : identity.attributes) append_attribute(out, key, value);
  return out + "]}";
}

}  // namespace incident::otlp
