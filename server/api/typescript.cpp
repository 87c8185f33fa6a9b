#include "api/typescript.h"

#include <map>
#include <set>

#include "api/codec.h"
#include "api/messages_in.h"
#include "api/messages_out.h"

namespace incident::api {
namespace {

class Writer {
 public:
  std::string text =
      "// Every message between client and server. Written by `./dev incident typescript` from\n"
      "// server/api/messages_in.h and messages_out.h; do not edit.\n";

  // Writes the struct's interface, after those it needs; returns its name.
  template <class T>
  std::string add(bool is_frame) {
    const std::string name = struct_name<T>();
    if (!done_.insert(name).second) return name;
    std::string body;
    if (is_frame) body += "  type: '" + frame_type<T>() + "';\n";
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      using Field = std::decay_t<decltype(std::declval<T>().*member.pointer)>;
      body += "  ";
      body += member.name;
      body += IsOptional<Field>::value ? "?: " : ": ";
      body += type_of<Field>() + ";\n";
    });
    text += "\nexport interface " + name + " {\n" + body + "}\n";
    return name;
  }

  template <class Variant>
  void add_union(const std::string& name, bool is_frame) {
    std::string members;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Variant>>([&](auto identity) {
      using T = typename decltype(identity)::type;
      members += (members.empty() ? "" : " | ") + add<T>(is_frame);
    });
    if (is_frame) text += "\nexport type " + name + " = " + members + ";\n";
  }

 private:
  template <class F>
  std::string type_of() {
    if constexpr (IsOptional<F>::value) {
      return type_of<typename F::value_type>();
    } else if constexpr (IsVector<F>::value) {
      return type_of<typename F::value_type>() + "[]";
    } else if constexpr (std::is_same_v<F, std::string>) {
      return "string";
    } else if constexpr (std::is_same_v<F, std::map<std::string, std::string>>) {
      return "Record<string, string>";
    } else if constexpr (std::is_same_v<F, bool>) {
      return "boolean";
    } else if constexpr (std::is_arithmetic_v<F>) {
      return "number";
    } else {
      return add<F>(false);
    }
  }

  std::set<std::string> done_;
};

}  // namespace

std::string typescript() {
  Writer writer;
  writer.add_union<in::Frame>("ClientFrame", true);
  writer.add_union<in::Body>("", false);
  writer.add_union<out::Frame>("ServerFrame", true);
  writer.add_union<out::Body>("", false);
  return writer.text;
}

}  // namespace incident::api
