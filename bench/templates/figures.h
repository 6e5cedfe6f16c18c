#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "base/time.h"

namespace bench {

// One line of the answer; `run` knows the names and their limits.
void tell(const std::string& name, double value);

double milliseconds(base::Duration duration);
// Of the sorted durations, the one below which `percent` of them are.
double percentile_ms(std::vector<base::Duration> all, int percent);

// Through the real helper: `program` is the built quittance.
void measure_compiling(const std::string& program);
// In this process, without a compiler.
void measure_emails();
// Renders for about `seconds`; tells the rate and a hash of what was rendered.
void measure_rendering(const std::string& template_file, const std::string& data_file, int seconds);

std::string file_text(const std::string& path);

}  // namespace bench
