// Asio's TLS code, compiled once (BOOST_ASIO_SEPARATE_COMPILATION); base compiles the rest.
#include <boost/asio/ssl/impl/src.hpp>
