#pragma once
// Blocking sockets for tests only: a client that sends any bytes, and a server that misbehaves on
// purpose.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace net::test {

class RawSocket {
 public:
  explicit RawSocket(int fd) : fd_(fd) {}
  RawSocket(RawSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawSocket& operator=(RawSocket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~RawSocket() { close(); }

  static RawSocket connect_to(std::uint16_t port) {
    RawSocket out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(out.fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) out.close();
    const int one = 1;
    ::setsockopt(out.fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return out;
  }

  bool valid() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  enum class Read { data, closed, timed_out };
  Read read_more(std::string& into, int limit_ms = 5000) const {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, limit_ms) <= 0) return Read::timed_out;
    char buffer[16384];
    const auto n = ::recv(fd_, buffer, sizeof buffer, 0);
    if (n <= 0) return Read::closed;
    into.append(buffer, static_cast<std::size_t>(n));
    return Read::data;
  }
  std::string read_until(std::string_view mark, int limit_ms = 5000) const {
    std::string out;
    while (out.find(mark) == out.npos && read_more(out, limit_ms) == Read::data) {
    }
    return out;
  }
  // Everything until the peer closes; `closed` tells whether it did.
  std::string read_all(bool* closed = nullptr, int limit_ms = 5000) const {
    std::string out;
    Read last = Read::data;
    while ((last = read_more(out, limit_ms)) == Read::data) {
    }
    if (closed) *closed = last == Read::closed;
    return out;
  }
  // One HTTP response with a Content-Length, or what came before the peer closed.
  std::string read_response() {
    for (;;) {
      const auto head = pending_.find("\r\n\r\n");
      if (head != pending_.npos) {
        std::size_t size = head + 4;
        const auto length = pending_.find("Content-Length: ");
        if (length < head) size += std::stoul(pending_.substr(length + 16, 20));
        if (pending_.size() >= size) {
          std::string out = pending_.substr(0, size);
          pending_.erase(0, size);
          return out;
        }
      }
      if (read_more(pending_) != Read::data) return std::exchange(pending_, {});
    }
  }
  // Ends with a reset instead of an orderly close.
  void reset() {
    const linger hard{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
  std::string pending_;
};

// Accepts on a free loopback port and gives each connection, with its number from 1, to `serve` on
// one thread, one after another.
class RawServer {
 public:
  explicit RawServer(std::function<void(RawSocket&, int)> serve)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_.fd(), reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_.fd(), 64);
    ::getsockname(listener_.fd(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      for (;;) {
        RawSocket peer(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!peer.valid()) return;
        current_ = peer.fd();
        serve(peer, ++count_);
        current_ = -1;
      }
    });
  }
  ~RawServer() {
    ::shutdown(listener_.fd(), SHUT_RDWR);
    ::shutdown(current_.load(), SHUT_RDWR);
    thread_.join();
  }
  std::uint16_t port() const { return port_; }
  int connections() const { return count_.load(); }

 private:
  RawSocket listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> count_{0};
  std::atomic<int> current_{-1};
  std::thread thread_;
};

}  // namespace net::test
