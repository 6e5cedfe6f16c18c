#include "sandbox/core/faults.h"

#include <algorithm>

#include "sandbox/core/params.h"

namespace sandbox {
namespace {

// A used-up fault stays in the list (its hits are shown) with this count.
constexpr std::int64_t kUsedUp = -1;

template <class F>
void use(F& fault) {
  ++fault.hits;
  if (fault.count > 0 && --fault.count == 0) fault.count = kUsedUp;
}

}  // namespace

std::int64_t Faults::add(Fault fault) {
  fault.id = ++last_id_;
  faults_.push_back(std::move(fault));
  return last_id_;
}

std::int64_t Faults::add(CallbackFault fault) {
  fault.id = ++last_id_;
  callbacks_.push_back(std::move(fault));
  return last_id_;
}

std::optional<Fault> Faults::take(std::string_view provider, std::string_view operation,
                                  std::initializer_list<std::string_view> texts) {
  for (auto& fault : faults_) {
    if (fault.count == kUsedUp || fault.provider != provider) continue;
    if (!glob_match(fault.operation, operation)) continue;
    const auto holds = [&](std::string_view text) { return text.find(fault.match) != text.npos; };
    if (!fault.match.empty() && std::none_of(texts.begin(), texts.end(), holds)) continue;
    if (fault.skip > 0) {
      --fault.skip;
      continue;
    }
    use(fault);
    return fault;
  }
  return std::nullopt;
}

std::optional<CallbackFault> Faults::take_callback(std::string_view provider,
                                                   std::string_view event) {
  for (auto& fault : callbacks_) {
    if (fault.count == kUsedUp || fault.provider != provider) continue;
    if (!glob_match(fault.event, event)) continue;
    use(fault);
    return fault;
  }
  return std::nullopt;
}

bool Faults::remove(std::int64_t id) {
  const auto gone = std::erase_if(faults_, [&](const Fault& f) { return f.id == id; }) +
                    std::erase_if(callbacks_, [&](const CallbackFault& f) { return f.id == id; });
  return gone > 0;
}

void Faults::clear() { faults_.clear(); }
void Faults::clear_callbacks() { callbacks_.clear(); }

}  // namespace sandbox
