// SPDX-License-Identifier: LGPL-2.1-or-later
// The hosts that a server can be told to listen on.
#include <gio/gio.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <functional>
#include <future>

#include "glib_ptr.h"
#include "notes.h"
#include "null_logger.h"
#include "rtmp/server.h"
#include "slowness.h"
#include "tcp_publisher.h"

namespace rtmp::test {
namespace {

// A resolver that gives every name the same addresses. In its class, for it has no fields of its own.
std::vector<std::string>& addresses_of_names() {
  static std::vector<std::string> addresses;
  return addresses;
}

// What happens before each look-up.
std::function<void()>& before_lookup() {
  static std::function<void()> call = [] {};
  return call;
}

struct NamesResolver {
  GResolver parent;
};
struct NamesResolverClass {
  GResolverClass parent;
};
G_DEFINE_TYPE(NamesResolver, names_resolver, G_TYPE_RESOLVER)

void names_resolver_init(NamesResolver*) {}

void names_resolver_class_init(NamesResolverClass* klass) {
  klass->parent.lookup_by_name = [](GResolver*, const gchar*, GCancellable*, GError**) {
    before_lookup()();
    GList* list = nullptr;
    for (const std::string& address : addresses_of_names())
      list = g_list_append(list, g_inet_address_new_from_string(address.c_str()));
    return list;
  };
}

/// While it lives, each name has these addresses.
class Names {
 public:
  explicit Names(std::vector<std::string> addresses) : before_(g_resolver_get_default()) {
    addresses_of_names() = std::move(addresses);
    const GObjectPtr<GResolver> mine(
        static_cast<GResolver*>(g_object_new(names_resolver_get_type(), nullptr)));
    g_resolver_set_default(mine.get());
  }
  ~Names() { g_resolver_set_default(before_.get()); }
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

 private:
  GObjectPtr<GResolver> before_;
};

constexpr const char* kNotHere = "198.51.100.1";  // of the addresses for documentation

TEST(Hosts, ANameIsListenedOnAtThoseOfItsAddressesThatAreHere) {
  for (const std::vector<std::string>& addresses : {std::vector<std::string>{kNotHere, "127.0.0.1"},
                                                    {"127.0.0.1", kNotHere},
                                                    {"127.0.0.1", "127.0.0.2"}}) {
    const Names names(addresses);
    LogLines log;
    Server server({.host = "studio.example", .port = 0}, log);
    const auto started = server.start();
    ASSERT_TRUE(started) << addresses[0];
    for (const std::string& address : addresses)
      EXPECT_TRUE(address == kNotHere || TcpPublisher(server.port(), address).connected()) << address;
    // What it leaves out it says.
    EXPECT_EQ(log.with("198.51.100.1", 0).size(),
              addresses[0] == kNotHere || addresses[1] == kNotHere ? 1u : 0u);
  }
}

TEST(Hosts, ANameWithNoAddressHereIsAnErrorThatNamesTheFirst) {
  const Names names({kNotHere, "203.0.113.1"});
  Server server({.host = "studio.example", .port = 0}, null_logger());
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kCannotListen);
  EXPECT_NE(started.error().detail.find(kNotHere), std::string::npos) << started.error().detail;
}

// Else clients of the name would come to whoever has that address.
TEST(Hosts, ANameOfWhichSomebodyElseHasAnAddressIsAnError) {
  Server other({.host = "127.0.0.2", .port = 0}, null_logger());
  ASSERT_TRUE(other.start());
  const Names names({"127.0.0.1", "127.0.0.2"});
  Server server({.host = "studio.example", .port = other.port()}, null_logger());
  const auto started = server.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kAddressInUse);
}

// An IPv6 address of one link alone, with its interface: "fe80::1%eth0". "" if this machine has none.
std::string link_local_address() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return "";
  std::string found;
  for (const ifaddrs* item = all; item && found.empty(); item = item->ifa_next) {
    if (!item->ifa_addr || item->ifa_addr->sa_family != AF_INET6) continue;
    sockaddr_in6 address{};
    std::memcpy(&address, item->ifa_addr, sizeof address);
    if (!IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr)) continue;
    const GObjectPtr<GInetAddress> ip(g_inet_address_new_from_bytes(
        reinterpret_cast<const guint8*>(&address.sin6_addr), G_SOCKET_FAMILY_IPV6));
    gchar* text = g_inet_address_to_string(ip.get());
    found = std::string(text) + "%" + item->ifa_name;
    g_free(text);
  }
  freeifaddrs(all);
  return found;
}

TEST(Hosts, AnAddressKeepsItsZone) {
  const std::string address = link_local_address();
  if (address.empty()) GTEST_SKIP() << "no interface here has an address of its link alone";
  Server server({.host = address, .port = 0}, null_logger());
  const auto started = server.start();
  ASSERT_TRUE(started) << address;
  EXPECT_NE(server.port(), 0);
}

TEST(Hosts, OnesLookUpKeepsNobodyWaitingButWhoWantsTheSameAddress) {
  const Names names({"127.0.0.1"});
  Gate gate;
  before_lookup() = [&] { gate.pass(); };
  std::uint16_t port = 0;
  {
    Server free({.host = "127.0.0.1", .port = 0}, null_logger());
    ASSERT_TRUE(free.start());
    port = free.port();
  }
  const auto share = [&](const ServerConfig& config, const char* key, Notes& notes) {
    return Server::share(config, null_logger(), {.stream_key = key}, notes);
  };
  const ServerConfig slow{.host = "studio.example", .port = port};
  Notes first_notes;
  Notes second_notes;
  Notes other_notes;
  gate.close();
  auto first = std::async(std::launch::async, [&] { return share(slow, "first", first_notes); });
  ASSERT_TRUE(gate.holds());
  auto second = std::async(std::launch::async, [&] { return share(slow, "second", second_notes); });

  auto other = std::async(std::launch::async,
                          [&] { return share({.host = "127.0.0.1", .port = 0}, "other", other_notes); });
  EXPECT_EQ(other.wait_for(std::chrono::seconds(1) * kSlowness), std::future_status::ready);
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  gate.open();
  const auto one = first.get();
  const auto two = second.get();
  ASSERT_TRUE(one && two && other.get());
  EXPECT_EQ(*one, *two);  // one server
  for (const char* key : {"first", "second"})
    EXPECT_EQ(TcpPublisher(port).publish("live", key), "NetStream.Publish.Start");
  (*one)->release(first_notes);
  (*one)->release(second_notes);
  before_lookup() = [] {};
}

TEST(Hosts, WhereOneThatTookItsTimeCannotListenTheNextTriesItself) {
  const Names names({kNotHere});
  Gate gate;
  before_lookup() = [&] { gate.pass(); };
  const ServerConfig slow{.host = "studio.example", .port = 9};
  Notes notes[2];
  const auto share = [&](Notes& mine) {
    return Server::share(slow, null_logger(), {.stream_key = "key"}, mine).has_value();
  };
  gate.close();
  auto first = std::async(std::launch::async, [&] { return share(notes[0]); });
  ASSERT_TRUE(gate.holds());
  auto second = std::async(std::launch::async, [&] { return share(notes[1]); });
  gate.open();
  EXPECT_FALSE(first.get());
  EXPECT_FALSE(second.get());
  before_lookup() = [] {};
}

}  // namespace
}  // namespace rtmp::test
