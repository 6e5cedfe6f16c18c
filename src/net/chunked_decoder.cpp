#include "net/request_parser.h"

namespace net {
namespace {

constexpr std::uint32_t kSizeDigitsMax = 15;  // fits 64 bits with room
constexpr std::uint32_t kOverheadMax = 8192;  // extensions and trailers of one body

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::size_t ChunkedDecoder::feed(std::string_view bytes, std::string& body,
                                 std::size_t body_bytes_max) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ == State::more) {
    if (step_ == Step::data) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
      body.append(bytes.substr(used, n));
      used += n;
      left_ -= n;
      if (left_ == 0) step_ = Step::data_cr;
      continue;
    }
    take(bytes[used++], body_bytes_max - body.size());
  }
  return used;
}

void ChunkedDecoder::take(char c, std::size_t room) {
  switch (step_) {
    case Step::size: return take_size(c);
    case Step::extension:
      if (c == '\r') {
        step_ = Step::size_lf;
      } else if (c == '\n' || c == '\0' || ++overhead_ > kOverheadMax) {
        state_ = State::malformed;
      }
      return;
    case Step::size_lf:
      if (c != '\n') {
        state_ = State::malformed;
        return;
      }
      return end_size_line(room);
    case Step::data_cr:
      if (c != '\r') state_ = State::malformed;
      step_ = Step::data_lf;
      return;
    case Step::data_lf:
      if (c != '\n') state_ = State::malformed;
      step_ = Step::size;
      return;
    case Step::trailer: return take_trailer(c);
    case Step::data: return;
  }
}

void ChunkedDecoder::take_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (++digits_ > kSizeDigitsMax) state_ = State::malformed;
    left_ = left_ << 4 | static_cast<std::uint64_t>(digit);
  } else if (digits_ == 0) {
    state_ = State::malformed;
  } else if (c == '\r') {
    step_ = Step::size_lf;
  } else if (c == ';' || c == ' ' || c == '\t') {
    step_ = Step::extension;
  } else {
    state_ = State::malformed;
  }
}

void ChunkedDecoder::end_size_line(std::size_t room) {
  digits_ = 0;
  if (left_ == 0) {
    step_ = Step::trailer;
  } else if (left_ > room) {
    state_ = State::too_large;
  } else {
    step_ = Step::data;
  }
}

// Trailer lines are dropped; an empty line ends the body.
void ChunkedDecoder::take_trailer(char c) {
  if (++overhead_ > kOverheadMax) {
    state_ = State::malformed;
  } else if (cr_) {
    if (c != '\n') {
      state_ = State::malformed;
    } else if (line_length_ == 0) {
      state_ = State::done;
    }
    cr_ = false;
    line_length_ = 0;
  } else if (c == '\r') {
    cr_ = true;
  } else if (c == '\n' || c == '\0') {
    state_ = State::malformed;
  } else {
    ++line_length_;
  }
}

}  // namespace net
