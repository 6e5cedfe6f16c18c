#include "store/mariadb_wait.h"

#include <fcntl.h>
#include <mysql.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

// Needs what mysql.h declares.
#include <ma_pvio.h>

// The client library does all its input and output through a table of functions. Ours differ from
// its own in one thing: where those block in poll(), they ask the waiter.
namespace store {
namespace {

constexpr base::Duration kNoLimit = std::chrono::hours(24);

int handle_of(MARIADB_PVIO* pvio) {
  int handle = -1;
  pvio->methods->get_handle(pvio, &handle);
  return handle;
}

base::Duration limit_of(MARIADB_PVIO* pvio, enum_pvio_timeout which) {
  const int milliseconds = pvio->timeout[which];
  return milliseconds > 0 ? base::Duration(std::chrono::milliseconds(milliseconds)) : kNoLimit;
}

bool wait(int handle, bool to_read, base::Duration limit) {
  SocketWaiter* waiter = socket_waiter();
  return waiter ? waiter->wait_for_socket(handle, to_read, limit)
                : wait_blocked(handle, to_read, limit);
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }

ssize_t read_some(MARIADB_PVIO* pvio, unsigned char* buffer, std::size_t length) {
  const int handle = handle_of(pvio);
  for (;;) {
    const ssize_t got = recv(handle, buffer, length, MSG_DONTWAIT);
    if (got >= 0) return got;
    if (errno == EINTR) continue;
    if (!would_block() || !wait(handle, true, limit_of(pvio, PVIO_READ_TIMEOUT))) return -1;
  }
}

ssize_t write_some(MARIADB_PVIO* pvio, const unsigned char* buffer, std::size_t length) {
  const int handle = handle_of(pvio);
  for (;;) {
    const ssize_t sent = send(handle, buffer, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    if (!would_block() || !wait(handle, false, limit_of(pvio, PVIO_WRITE_TIMEOUT))) return -1;
  }
}

// Asked by the TLS layer, which reads and writes the socket by itself.
int wait_io(MARIADB_PVIO* pvio, my_bool to_read, int milliseconds) {
  const auto limit = milliseconds > 0 ? base::Duration(std::chrono::milliseconds(milliseconds))
                                      : limit_of(pvio, PVIO_READ_TIMEOUT);
  return wait(handle_of(pvio), to_read != 0, limit) ? 1 : -1;
}

}  // namespace

bool wait_blocked(int socket, bool to_read, base::Duration limit) {
  pollfd one{.fd = socket, .events = static_cast<short>(to_read ? POLLIN : POLLOUT), .revents = 0};
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  int ready = 0;
  do {
    ready = poll(&one, 1, static_cast<int>(milliseconds));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

SocketWaiter*& socket_waiter() {
  static thread_local SocketWaiter* here = nullptr;
  return here;
}

void wait_through_waiter(st_mysql* mysql) {
  MARIADB_PVIO* pvio = mysql->net.pvio;
  // Connections of one kind have the same table, and it never changes.
  static PVIO_METHODS ours = [pvio] {
    PVIO_METHODS made = *pvio->methods;
    made.read = read_some;
    made.write = write_some;
    made.wait_io_or_timeout = wait_io;
    return made;
  }();
  pvio->methods = &ours;
  const int handle = handle_of(pvio);
  fcntl(handle, F_SETFL, fcntl(handle, F_GETFL) | O_NONBLOCK);
}

}  // namespace store
