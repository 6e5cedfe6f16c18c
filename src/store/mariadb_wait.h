#pragma once
#include "base/time.h"

struct st_mysql;  // MYSQL

namespace store {

// Waits for a database socket on behalf of what runs a statement.
class SocketWaiter {
 public:
  virtual ~SocketWaiter() = default;
  // False when the server took too long, or nobody wants to wait any more.
  virtual bool wait_for_socket(int socket, bool to_read) = 0;
};

// Who waits on this thread; nullptr: the thread itself, blocked.
SocketWaiter*& socket_waiter();

// Waits on this thread.
bool wait_blocked(int socket, bool to_read, base::Duration limit);

// Before connecting: from now on the connection asks socket_waiter() instead of blocking the
// thread.
void ask_waiter(st_mysql* mysql);
// When connected: an encrypted connection reads and writes the socket by itself and must not block.
void unblock_if_encrypted(st_mysql* mysql);
// Errors that another user of TLS left on this thread would be taken for the connection's.
void forget_tls_errors();
// Whether an encrypted connection waits to write: the library always says that it wants to read.
bool waits_to_write(st_mysql* mysql);

}  // namespace store
