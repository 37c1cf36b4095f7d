#include <algorithm>

#include "graphql/parse.h"
#include "graphql/printer.h"

namespace parley::graphql {
namespace {

std::string print_variable(const VariableDefinition& variable) {
  std::string out = print_description(variable.description);
  out += '$';
  out += variable.name.text;
  out += ": " + print(variable.type);
  if (variable.default_value) out += " = " + print(*variable.default_value);
  return out + print_directives(variable.directives);
}

// Writes selections with their indentation, which so costs no copies of what is nested.
class SelectionPrinter {
 public:
  explicit SelectionPrinter(std::string& out) : out_(out) {}

  // Recurses as deep as the parser let selections nest.
  void print_set(const SelectionSet& set) {
    out_ += '{';
    ++depth_;
    for (const Selection& selection : set.selections) {
      line();
      std::visit([this](const auto& of) { print_one(of); }, selection.of);
    }
    --depth_;
    line();
    out_ += '}';
  }

 private:
  void line() {
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  // Text that may have lines of its own.
  void write(std::string_view text) {
    for (const char c : text) {
      if (c == '\n') {
        line();
      } else {
        out_ += c;
      }
    }
  }

  void print_one(const Field& field) {
    std::string prefix(field.name.text);
    if (field.alias) prefix.insert(0, std::string(field.alias->text) + ": ");
    out_ += prefix;
    write(print_arguments(field.arguments, prefix));
    write(print_directives(field.directives));
    if (field.selection_set.empty()) return;
    out_ += ' ';
    print_set(field.selection_set);
  }

  void print_one(const FragmentSpread& spread) {
    out_ += "...";
    out_ += spread.name.text;
    write(print_directives(spread.directives));
  }

  void print_one(const InlineFragment& fragment) {
    out_ += "...";
    if (fragment.type_condition) out_ += " on " + std::string(fragment.type_condition->text);
    write(print_directives(fragment.directives));
    out_ += ' ';
    print_set(fragment.selection_set);
  }

  std::string& out_;
  std::size_t depth_ = 0;
};

std::string print(const OperationDefinition& operation) {
  std::string out = print_description(operation.description);
  out += name(operation.type);
  const std::size_t bare = name(operation.type).size();
  std::vector<std::string> variables;
  for (const VariableDefinition& variable : operation.variables)
    variables.push_back(print_variable(variable));
  std::string printed;
  if (operation.name) printed += operation.name->text;
  if (any_multiline(variables)) {
    printed += "(\n" + join(variables, "\n") + "\n)";
  } else if (!variables.empty()) {
    printed += '(' + join(variables, ", ") + ')';
  }
  if (!printed.empty()) out += ' ' + printed;
  out += print_directives(operation.directives);
  // A query that has nothing but its selections is written as them.
  if (operation.type == OperationType::kQuery && out.size() == bare) {
    out.clear();
  } else {
    out += ' ';
  }
  SelectionPrinter(out).print_set(operation.selection_set);
  return out;
}

std::string print(const FragmentDefinition& fragment) {
  std::string out = print_description(fragment.description);
  out += "fragment ";
  out += fragment.name.text;
  out += " on ";
  out += fragment.type_condition.text;
  out += print_directives(fragment.directives) + ' ';
  SelectionPrinter(out).print_set(fragment.selection_set);
  return out;
}

}  // namespace

std::string print(const Document& document) {
  std::vector<std::string> printed;
  for (const Definition& definition : document.definitions) {
    printed.push_back(std::visit([](const auto& of) { return print(of); }, definition));
  }
  return join(printed, "\n\n");
}

}  // namespace parley::graphql
