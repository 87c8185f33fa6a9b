#include "logql/template.h"

#include <optional>
#include <vector>

#include "logql/template_function.h"
#include "logql/units.h"
#include "promql/parser.h"

namespace incident::logql {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// What an action computes: a constant, a label, the line, or a function of other such.
struct Term {
  enum Kind { kConstant, kLabel, kLine, kTimestamp, kCall };
  Kind kind = kConstant;
  TemplateValue constant;
  std::string label;
  const TemplateFunction* function = nullptr;
  std::vector<Term> arguments;
};

}  // namespace

struct TemplateNode {
  enum Kind { kList, kText, kPrint, kIf };
  Kind kind = kList;
  std::string text;
  Term term;
  std::vector<TemplateNode> body, otherwise;
};

namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  TemplateNode run() {
    TemplateNode root;
    const std::string end = list(root.body, 0);
    if (!end.empty()) throw TemplateFault{"unexpected {{" + end + "}}"};
    return root;
  }

 private:
  // Nodes up to the end (then the answer is empty) or an {{end}} or {{else}}, whose words are the answer.
  std::string list(std::vector<TemplateNode>& out, int depth) {
    if (depth > 20) throw TemplateFault{"if is nested too deep"};
    while (!text_.empty()) {
      const std::size_t open = text_.find("{{");
      std::string plain(text_.substr(0, open));
      if (trim_next_) plain.erase(0, std::min(plain.find_first_not_of(" \t\r\n"), plain.size()));
      trim_next_ = false;
      if (open == std::string_view::npos) {
        text_ = {};
        add_text(out, std::move(plain));
        break;
      }
      text_.remove_prefix(open + 2);
      if (text_.size() > 1 && text_[0] == '-' && is_space(text_[1])) {
        plain.erase(plain.find_last_not_of(" \t\r\n") + 1);
        text_.remove_prefix(1);
      }
      add_text(out, std::move(plain));
      action_ = take_action();
      std::string word = peek_word();
      if (word == "end" || word == "else") return word;
      if (word == "if") {
        take_word();
        out.push_back(conditional(depth));
      } else if (word == "range" || word == "with" || word == "define" || word == "template" ||
                 word == "block") {
        throw TemplateFault{"{{" + word + "}} is not supported here; {{if}} and {{else}} are"};
      } else if (!action_.empty()) {
        TemplateNode node;
        node.kind = TemplateNode::kPrint;
        node.term = whole_pipeline();
        out.push_back(std::move(node));
      }
    }
    return {};
  }

  TemplateNode conditional(int depth) {
    TemplateNode node;
    node.kind = TemplateNode::kIf;
    node.term = whole_pipeline();
    std::string end = list(node.body, depth + 1);
    if (end == "else") {
      take_word();
      if (peek_word() == "if") {
        take_word();
        node.otherwise.push_back(conditional(depth + 1));  // takes the {{end}} of both
        return node;
      }
      end = list(node.otherwise, depth + 1);
    }
    if (end != "end") throw TemplateFault{"{{if}} without {{end}}"};
    return node;
  }

  static void add_text(std::vector<TemplateNode>& out, std::string text) {
    if (text.empty()) return;
    TemplateNode node;
    node.kind = TemplateNode::kText;
    node.text = std::move(text);
    out.push_back(std::move(node));
  }

  // The text up to the }} that is in no string.
  std::string_view take_action() {
    char mark = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const char c = text_[i];
      if (mark != 0) {
        if (c == '\\' && mark == '"') ++i;
        if (c == mark) mark = 0;
      } else if (c == '"' || c == '`') {
        mark = c;
      } else if (c == '}' && text_.substr(i).starts_with("}}")) {
        std::string_view action = text_.substr(0, i);
        text_.remove_prefix(i + 2);
        if (action.size() > 1 && action.back() == '-' && is_space(action[action.size() - 2])) {
          trim_next_ = true;
          action.remove_suffix(1);
        }
        while (!action.empty() && is_space(action.back())) action.remove_suffix(1);
        while (!action.empty() && is_space(action.front())) action.remove_prefix(1);
        if (action.starts_with("/*") && action.ends_with("*/")) return {};
        return action;
      }
    }
    throw TemplateFault{"unclosed action: {{ needs its }}"};
  }

  void space() {
    while (!action_.empty() && is_space(action_.front())) action_.remove_prefix(1);
  }
  std::string peek_word() {
    space();
    std::size_t n = 0;
    while (n < action_.size() && is_word(action_[n])) ++n;
    return std::string(action_.substr(0, n));
  }
  std::string take_word() {
    std::string word = peek_word();
    action_.remove_prefix(word.size());
    return word;
  }

  Term whole_pipeline() {
    Term term = pipeline(0);
    space();
    if (!action_.empty()) throw TemplateFault{"unexpected " + promql::quote(action_) + " in an action"};
    return term;
  }

  // a | f b | g: what stands left of a bar is the last argument of what stands right of it.
  Term pipeline(int depth) {
    if (depth > 20) throw TemplateFault{"parentheses are nested too deep"};
    Term term = command(std::nullopt, depth);
    for (space(); action_.starts_with('|'); space()) {
      action_.remove_prefix(1);
      term = command(std::move(term), depth);
    }
    return term;
  }

  Term command(std::optional<Term> last, int depth) {
    auto first = operand(depth);
    if (!first) throw TemplateFault{"missing value for command"};
    if (first->kind != Term::kCall || first->function == nullptr || called_) {
      if (last) throw TemplateFault{"only a function may stand behind a |"};
      return std::move(*first);
    }
    while (auto argument = operand(depth)) {
      if (argument->kind == Term::kCall && !called_) check(*argument);  // named alone: it has no arguments
      first->arguments.push_back(std::move(*argument));
    }
    if (last) first->arguments.push_back(std::move(*last));
    check(*first);
    return std::move(*first);
  }

  static void check(const Term& call) {
    const auto got = static_cast<int>(call.arguments.size());
    const int want = call.function->arguments;
    if (want < 0 ? got >= 2 : got == want) return;
    throw TemplateFault{"wrong number of args for " + std::string(call.function->name) + ": want " +
                        (want < 0 ? "at least 2" : std::to_string(want)) + " got " + std::to_string(got)};
  }

  std::optional<Term> operand(int depth) {
    called_ = false;
    space();
    if (action_.empty() || action_[0] == '|' || action_[0] == ')') return std::nullopt;
    Term term;
    const char c = action_[0];
    if (c == '(') {
      action_.remove_prefix(1);
      term = pipeline(depth + 1);
      space();
      if (!action_.starts_with(')')) throw TemplateFault{"unclosed left paren"};
      action_.remove_prefix(1);
      called_ = true;
      return term;
    }
    if (c == '.') {
      action_.remove_prefix(1);
      term.kind = Term::kLabel;
      term.label = take_word_here();
      if (term.label.empty()) throw TemplateFault{"a dot is followed by a label's name: {{.level}}"};
      return term;
    }
    if (c == '"' || c == '`') return string(c);
    if ((c >= '0' && c <= '9') || c == '-' || c == '+') return constant_number();
    return named();
  }

  std::string take_word_here() {
    std::size_t n = 0;
    while (n < action_.size() && is_word(action_[n])) ++n;
    std::string word(action_.substr(0, n));
    action_.remove_prefix(n);
    return word;
  }

  Term string(char mark) {
    std::size_t n = 1;
    while (n < action_.size() && action_[n] != mark) n += action_[n] == '\\' && mark == '"' ? 2 : 1;
    if (n >= action_.size()) throw TemplateFault{"unterminated quoted string"};
    auto value = promql::unquote(action_.substr(0, n + 1));
    if (!value) throw TemplateFault{value.error().message};
    action_.remove_prefix(n + 1);
    Term term;
    term.constant = std::move(*value);
    return term;
  }

  Term constant_number() {
    std::size_t n = 1;
    while (n < action_.size() && (is_word(action_[n]) || action_[n] == '.')) ++n;
    const std::string_view text = action_.substr(0, n);
    const auto value = parse_float(text);
    if (!value) throw TemplateFault{"bad number syntax: " + promql::quote(text)};
    action_.remove_prefix(n);
    Term term;
    if (text.find('.') == std::string_view::npos && *value > -9e15 && *value < 9e15)
      term.constant = static_cast<std::int64_t>(*value);
    else
      term.constant = *value;
    return term;
  }

  Term named() {
    const std::string word = take_word_here();
    if (word.empty())
      throw TemplateFault{"unexpected " + promql::quote(action_.substr(0, 1)) + " in an action"};
    Term term;
    if (word == "true" || word == "false") {
      term.constant = word == "true";
    } else if (word == "__line__") {
      term.kind = Term::kLine;
    } else if (word == "__timestamp__") {
      term.kind = Term::kTimestamp;
    } else {
      term.kind = Term::kCall;
      term.function = find_template_function(word);
      if (term.function == nullptr)
        throw TemplateFault{"function " + promql::quote(word) +
                            " not defined; there are __line__, __timestamp__, " + template_function_names()};
    }
    return term;
  }

  std::string_view text_;
  std::string_view action_;
  bool trim_next_ = false;
  bool called_ = false;  // the operand read last was a whole pipeline in parentheses
};

TemplateValue value_of(const Term& term, const TemplateInput& input) {
  switch (term.kind) {
    case Term::kConstant:
      return term.constant;
    case Term::kLabel:
      return std::string(input.labels.get(term.label));
    case Term::kLine:
      return std::string(input.line);
    case Term::kTimestamp:
      return input.t_ns;
    case Term::kCall:
      break;
  }
  std::vector<TemplateValue> arguments;
  arguments.reserve(term.arguments.size());
  for (const Term& argument : term.arguments) arguments.push_back(value_of(argument, input));
  return term.function->call(arguments);
}

void render_nodes(const std::vector<TemplateNode>& nodes, const TemplateInput& input, std::string& out) {
  for (const TemplateNode& node : nodes) {
    switch (node.kind) {
      case TemplateNode::kText:
        out += node.text;
        break;
      case TemplateNode::kPrint:
        out += text_of(value_of(node.term, input));
        break;
      case TemplateNode::kIf:
        render_nodes(truth_of(value_of(node.term, input)) ? node.body : node.otherwise, input, out);
        break;
      case TemplateNode::kList:
        render_nodes(node.body, input, out);
    }
    if (out.size() > limits::kLineBytesMax)
      throw TemplateFault{"the line is longer than " + std::to_string(limits::kLineBytesMax) + " bytes"};
  }
}

}  // namespace

Result<Template> Template::parse(std::string_view text) {
  if (text.size() > limits::kTemplateLengthMax)
    return Error{ErrorCode::kResourceExhausted,
                 "a template may have at most " + std::to_string(limits::kTemplateLengthMax) + " bytes",
                 {}};
  try {
    Template out;
    out.root_ = std::make_shared<const TemplateNode>(Parser(text).run());
    return out;
  } catch (const TemplateFault& fault) {
    return invalid(fault.message);
  }
}

Result<std::string> Template::render(const TemplateInput& input) const {
  try {
    std::string out;
    render_nodes(root_->body, input, out);
    return out;
  } catch (const TemplateFault& fault) {
    return invalid(fault.message);
  }
}

}  // namespace incident::logql
