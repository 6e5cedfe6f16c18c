// What templates cost; `run` calls this and reads the lines "name value".
//   bench_templates product PROGRAM
//   bench_templates render TEMPLATE DATA SECONDS
#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/assert.h"
#include "figures.h"

namespace bench {

void tell(const std::string& name, double value) {
  std::printf("%s %.4f\n", name.c_str(), value);
  std::fflush(stdout);
}

double milliseconds(base::Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

double percentile_ms(std::vector<base::Duration> all, int percent) {
  QT_ASSERT(!all.empty());
  std::sort(all.begin(), all.end());
  const std::size_t at = all.size() * static_cast<std::size_t>(percent) / 100;
  return milliseconds(all[std::min(at, all.size() - 1)]);
}

std::string file_text(const std::string& path) {
  const std::ifstream file(path, std::ios::binary);
  QT_ASSERT(file.is_open());
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "product") {
    bench::measure_emails();
    bench::measure_compiling(words[1]);
    return 0;
  }
  if (words.size() == 4 && words[0] == "render") {
    bench::measure_rendering(words[1], words[2], std::stoi(words[3]));
    return 0;
  }
  std::fprintf(stderr, "usage: bench_templates product PROGRAM | render TEMPLATE DATA SECONDS\n");
  return 2;
}
