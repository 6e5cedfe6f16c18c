#include "base/crypto.h"

#include <argon2.h>
#define OPENSSL_SUPPRESS_DEPRECATED  // see HmacKey
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sodium.h>

#include <cstring>

#include "base/assert.h"

namespace base {
namespace {

// OWASP's minimum for argon2id (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane.
constexpr std::uint32_t kArgonMemoryKib = 19456;
constexpr std::uint32_t kArgonPasses = 2;
constexpr std::uint32_t kArgonLanes = 1;
constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kKeySize = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;

constexpr std::size_t kBlockSize = 64;  // of SHA-1 and SHA-256

const unsigned char* raw(std::string_view s) {
  return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* raw(std::string& s) { return reinterpret_cast<unsigned char*>(s.data()); }

// Looking an algorithm up by name takes longer than hashing a short text: once per process.
const EVP_MD* algorithm(const char* name) {
  const EVP_MD* found = EVP_MD_fetch(nullptr, name, nullptr);
  QT_ASSERT(found != nullptr);
  return found;
}
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const md = algorithm("SHA256");
  return md;
}
const EVP_MD* sha1_algorithm() {
  static const EVP_MD* const md = algorithm("SHA1");
  return md;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

template <std::size_t N>
std::array<std::uint8_t, N> digest_of(const EVP_MD* md, std::string_view first,
                                      std::string_view second) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
  std::array<std::uint8_t, N> out;
  const bool done = EVP_DigestInit_ex2(context.get(), md, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
                    EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1;
  QT_ASSERT(done);
  return out;
}

// The two blocks that RFC 2104 makes of a key.
template <std::size_t N>
class KeyBlocks {
 public:
  KeyBlocks(const EVP_MD* md, std::string_view key) {
    if (key.size() > kBlockSize) {
      const auto hashed = digest_of<N>(md, key, {});
      std::memcpy(inner_.data(), hashed.data(), N);
    } else {
      std::memcpy(inner_.data(), key.data(), key.size());
    }
    outer_ = inner_;
    for (char& c : inner_) c = static_cast<char>(c ^ 0x36);
    for (char& c : outer_) c = static_cast<char>(c ^ 0x5c);
  }
  KeyBlocks(const KeyBlocks&) = delete;
  KeyBlocks& operator=(const KeyBlocks&) = delete;
  ~KeyBlocks() {
    OPENSSL_cleanse(inner_.data(), inner_.size());
    OPENSSL_cleanse(outer_.data(), outer_.size());
  }
  std::string_view inner() const { return {inner_.data(), kBlockSize}; }
  std::string_view outer() const { return {outer_.data(), kBlockSize}; }

 private:
  std::array<char, kBlockSize> inner_{};
  std::array<char, kBlockSize> outer_{};
};

// OpenSSL's own HMAC objects cost several times the hashing for short texts.
template <std::size_t N>
std::array<std::uint8_t, N> hmac_of(const EVP_MD* md, std::string_view key, std::string_view data) {
  const KeyBlocks<N> blocks(md, key);
  const auto inner = digest_of<N>(md, blocks.inner(), data);
  return digest_of<N>(md, blocks.outer(), {reinterpret_cast<const char*>(inner.data()), N});
}

Digest go_on_with(SHA256_CTX begun, std::string_view data) {
  Digest out;
  const bool done =
      SHA256_Update(&begun, data.data(), data.size()) == 1 && SHA256_Final(out.data(), &begun) == 1;
  QT_ASSERT(done);
  return out;
}

void need_sodium() {
  static const int started = sodium_init();
  QT_ASSERT(started >= 0);
}

}  // namespace

Digest sha256(std::string_view data) { return digest_of<32>(sha256_algorithm(), data, {}); }

Digest hmac_sha256(std::string_view key, std::string_view data) {
  return hmac_of<32>(sha256_algorithm(), key, data);
}

// The plain contexts are deprecated since OpenSSL 3.0 and there in every 3.x. EVP's are allocated
// anew for every copy, which costs more than hashing two blocks.
struct HmacKey::Begun {
  SHA256_CTX inner;
  SHA256_CTX outer;
};

HmacKey::HmacKey(std::string_view key) {
  const KeyBlocks<32> blocks(sha256_algorithm(), key);
  auto begun = std::make_shared<Begun>();
  const bool done = SHA256_Init(&begun->inner) == 1 && SHA256_Init(&begun->outer) == 1 &&
                    SHA256_Update(&begun->inner, blocks.inner().data(), kBlockSize) == 1 &&
                    SHA256_Update(&begun->outer, blocks.outer().data(), kBlockSize) == 1;
  QT_ASSERT(done);
  begun_ = std::move(begun);
}

Digest HmacKey::hmac_sha256(std::string_view data) const {
  const Digest inner = go_on_with(begun_->inner, data);
  return go_on_with(begun_->outer, {reinterpret_cast<const char*>(inner.data()), inner.size()});
}

std::array<std::uint8_t, 20> hmac_sha1(std::string_view key, std::string_view data) {
  return hmac_of<20>(sha1_algorithm(), key, data);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hash_password(std::string_view password, Random& random) {
  std::array<std::uint8_t, kSaltSize> salt;
  random.fill(salt);
  std::string phc(argon2_encodedlen(kArgonPasses, kArgonMemoryKib, kArgonLanes, kSaltSize,
                                    kHashSize, Argon2_id),
                  '\0');
  const int code = argon2id_hash_encoded(kArgonPasses, kArgonMemoryKib, kArgonLanes,
                                         password.data(), password.size(), salt.data(), salt.size(),
                                         kHashSize, phc.data(), phc.size());
  QT_ASSERT(code == ARGON2_OK);
  phc.resize(std::strlen(phc.c_str()));
  return phc;
}

bool verify_password(std::string_view password, const std::string& phc) {
  return argon2id_verify(phc.c_str(), password.data(), password.size()) == ARGON2_OK;
}

std::string seal(std::string_view plain, std::string_view key32, std::string_view associated,
                 Random& random) {
  QT_ASSERT(key32.size() == kKeySize);
  need_sodium();
  std::string out(kNonceSize + plain.size() + kTagSize, '\0');
  random.fill({raw(out), kNonceSize});
  const int code = crypto_aead_xchacha20poly1305_ietf_encrypt(
      raw(out) + kNonceSize, nullptr, raw(plain), plain.size(), raw(associated), associated.size(),
      nullptr, raw(out), raw(key32));
  QT_ASSERT(code == 0);
  return out;
}

Result<std::string> unseal(std::string_view sealed, std::string_view key32,
                           std::string_view associated) {
  QT_ASSERT(key32.size() == kKeySize);
  need_sodium();
  if (sealed.size() < kNonceSize + kTagSize) {
    return error(Code::corrupt, "sealed value is too short");
  }
  std::string out(sealed.size() - kNonceSize - kTagSize, '\0');
  const auto body = sealed.substr(kNonceSize);
  const int code = crypto_aead_xchacha20poly1305_ietf_decrypt(
      raw(out), nullptr, nullptr, raw(body), body.size(), raw(associated), associated.size(),
      raw(sealed), raw(key32));
  if (code != 0) return error(Code::corrupt, "sealed value does not open with this key and place");
  return out;
}

}  // namespace base
