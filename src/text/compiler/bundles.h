#pragma once
#include <string_view>

namespace text::compiler {

// The scripts that js/bundle.mjs makes, each with a zero behind it.
std::string_view pug_bundle();
std::string_view mjml_bundle();

}  // namespace text::compiler
