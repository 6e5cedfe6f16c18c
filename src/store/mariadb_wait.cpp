#include "store/mariadb_wait.h"

#include <fcntl.h>
#include <mysql.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>

// These need what mysql.h declares. HAVE_TLS shows the encrypted half of a connection.
#define HAVE_TLS 1
using uchar = unsigned char;
#include <ma_pvio.h>

namespace store {
namespace {

constexpr base::Duration kNoLimit = std::chrono::hours(24);
constexpr base::Duration kLimitMin = std::chrono::seconds(1);
constexpr base::Duration kLimitUsual = std::chrono::seconds(30);

// The library's limits are milliseconds, but seconds where its TLS layer asks.
base::Duration limit_of(int milliseconds) {
  if (milliseconds <= 0) return kNoLimit;
  const base::Duration asked = std::chrono::milliseconds(milliseconds);
  return asked < kLimitMin ? kLimitUsual : asked;
}

// 1: ready, 0: too late.
int wait(my_socket socket, my_bool to_read, int milliseconds) {
  const int handle = static_cast<int>(socket);
  SocketWaiter* waiter = socket_waiter();
  const bool ready = waiter ? waiter->wait_for_socket(handle, to_read != 0)
                            : wait_blocked(handle, to_read != 0, limit_of(milliseconds));
  return ready ? 1 : 0;
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

void ask_waiter(st_mysql* mysql) {
  mysql_optionsv(mysql, MARIADB_OPT_IO_WAIT, reinterpret_cast<void*>(&wait));
}

void unblock_if_encrypted(st_mysql* mysql) {
  if (!mysql->net.pvio->ctls) return;
  const int socket = static_cast<int>(mysql_get_socket(mysql));
  fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
}

void forget_tls_errors() { ERR_clear_error(); }

bool waits_to_write(st_mysql* mysql) {
  const MARIADB_TLS* tls = mysql->net.pvio ? mysql->net.pvio->ctls : nullptr;
  return tls && SSL_want_write(static_cast<SSL*>(tls->ssl));
}

}  // namespace store
