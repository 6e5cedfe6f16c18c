#include "text/compiler/bundles.h"

// CMake says where the scripts are, and builds this file again when they change.
__asm__(
    ".section .rodata\n"
    ".global quittance_pug_bundle, quittance_pug_bundle_end\n"
    ".global quittance_mjml_bundle, quittance_mjml_bundle_end\n"
    "quittance_pug_bundle:\n.incbin \"" QT_BUNDLES
    "/pug.js\"\n"
    "quittance_pug_bundle_end:\n.byte 0\n"
    "quittance_mjml_bundle:\n.incbin \"" QT_BUNDLES
    "/mjml.js\"\n"
    "quittance_mjml_bundle_end:\n.byte 0\n"
    ".text\n");

extern "C" const char quittance_pug_bundle[], quittance_pug_bundle_end[];
extern "C" const char quittance_mjml_bundle[], quittance_mjml_bundle_end[];

namespace text::compiler {

std::string_view pug_bundle() { return {quittance_pug_bundle, quittance_pug_bundle_end}; }
std::string_view mjml_bundle() { return {quittance_mjml_bundle, quittance_mjml_bundle_end}; }

}  // namespace text::compiler
