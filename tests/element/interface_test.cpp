// SPDX-License-Identifier: LGPL-2.1-or-later
// What GStreamer's tools for documentation and inspection find in the plugin.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <sstream>

#include "process.h"

namespace rtmp::test {
namespace {

struct ClassUnref {
  void operator()(void* type_class) const { g_type_class_unref(type_class); }
};

// The class of an element, whose types are registered with it.
std::unique_ptr<GObjectClass, ClassUnref> element_class(const char* name) {
  GstElement* element = gst_element_factory_make(name, nullptr);
  const GType type = G_OBJECT_TYPE(element);
  gst_object_unref(element);
  return std::unique_ptr<GObjectClass, ClassUnref>(G_OBJECT_CLASS(g_type_class_ref(type)));
}

struct Element {
  const char* name;
  std::vector<const char*> enums;
  std::size_t signals;
};

class Interface : public testing::TestWithParam<Element> {};

TEST_P(Interface, HasEnumsThatAreMarkedAsThePluginsOwn) {
  const auto loaded = element_class(GetParam().name);
  for (const char* name : GetParam().enums) {
    const GType type = g_type_from_name(name);
    ASSERT_NE(type, G_TYPE_INVALID) << name;
    GstPluginAPIFlags flags{};
    EXPECT_TRUE(gst_type_is_plugin_api(type, &flags)) << name;
  }
}

// Each "/** ... */" of the plugin's sources.
std::vector<std::string> comment_blocks() {
  std::vector<std::string> blocks;
  const std::filesystem::path folder = std::filesystem::path(TEST_DATA_DIR) / ".." / ".." / "gst";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".cpp") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string source = text.str();
    for (std::size_t at = source.find("/**\n"); at != std::string::npos; at = source.find("/**\n", at + 1))
      blocks.push_back(source.substr(at, source.find("*/", at) - at));
  }
  return blocks;
}

// What names a block, "SECTION:element-rtmp2serversrc" or "GstRtmp2ServerSrc:port".
std::set<std::string> documented_since() {
  std::set<std::string> names;
  const std::regex name(R"(/\*\*\n *\* (SECTION:[\w-]+|\w+(::?[\w-]+)?):?\n)");
  const std::regex since(R"(\n *\* Since: \d+\.\d+\n)");
  std::smatch found;
  for (const std::string& block : comment_blocks())
    if (std::regex_search(block, found, name) && std::regex_search(block, since)) names.insert(found[1]);
  return names;
}

TEST_P(Interface, IsDocumentedWithTheVersionThatBroughtIt) {
  const auto loaded = element_class(GetParam().name);
  const GType type = G_OBJECT_CLASS_TYPE(loaded.get());
  const std::string element = g_type_name(type);
  const std::set<std::string> names = documented_since();
  EXPECT_TRUE(names.contains(std::string("SECTION:element-") + GetParam().name));
  for (const char* name : GetParam().enums) EXPECT_TRUE(names.contains(name)) << name;
  // What the bin has of the source is the same, and documented there.
  const auto documented = [&](const std::string& name) {
    return names.contains(element + name) ||
           (element == "GstRtmp2ServerBin" && names.contains("GstRtmp2ServerSrc" + name));
  };

  guint count = 0;
  GParamSpec** properties = g_object_class_list_properties(loaded.get(), &count);
  std::size_t own = 0;
  for (guint i = 0; i < count; ++i) {
    if (properties[i]->owner_type != type) continue;
    ++own;
    EXPECT_TRUE(documented(std::string(":") + properties[i]->name)) << properties[i]->name;
  }
  g_free(properties);
  EXPECT_GT(own, 0u);

  guint* signals = g_signal_list_ids(type, &count);
  EXPECT_EQ(count, GetParam().signals);
  for (guint i = 0; i < count; ++i)
    EXPECT_TRUE(documented(std::string("::") + g_signal_name(signals[i]))) << g_signal_name(signals[i]);
  g_free(signals);
}

INSTANTIATE_TEST_SUITE_P(
    All, Interface,
    testing::Values(Element{"rtmp2serversrc",
                            {"GstRtmp2ServerTakeover", "GstRtmp2ServerTimestamps", "GstRtmp2ServerEndReason",
                             "GstRtmp2ServerRejection", "GstRtmp2ServerDismissal",
                             "GstRtmp2ServerProxyProtocol", "GstRtmp2ServerTlsMode"},
                            5},
                    Element{"rtmp2serverbin", {}, 7},
                    Element{"eflvdemux", {"GstEflvDemuxTimestamps", "GstEflvDemuxDataPads"}, 0}),
    [](const auto& test) { return std::string(test.param.name); });

struct PluginUnref {
  void operator()(GstPlugin* plugin) const { gst_object_unref(plugin); }
};
using PluginPtr = std::unique_ptr<GstPlugin, PluginUnref>;

PluginPtr plugin() { return PluginPtr(gst_registry_find_plugin(gst_registry_get(), "rtmp2server")); }

TEST(Plugin, SaysWhereItComesFrom) {
  const PluginPtr described = plugin();
  ASSERT_TRUE(described);
  EXPECT_STREQ(gst_plugin_get_version(described.get()), g_getenv("PLUGIN_VERSION"));
  EXPECT_STREQ(gst_plugin_get_release_date_string(described.get()), g_getenv("PLUGIN_RELEASE_DATE"));
  EXPECT_STREQ(gst_plugin_get_source(described.get()), "gst-rtmp2-server");
  EXPECT_STREQ(gst_plugin_get_license(described.get()), "LGPL");
  EXPECT_STRNE(gst_plugin_get_origin(described.get()), "");
  EXPECT_NE(std::string(gst_plugin_get_package(described.get())), "");
  GstElementFactory* factory = gst_element_factory_find("rtmp2serversrc");
  EXPECT_STREQ(gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_AUTHOR),
               "The rtmp2serversrc authors");
  gst_object_unref(factory);
}

// Lines of nm are "<address> <kind> <name>".
TEST(Plugin, ExportsItsDescriptorAlone) {
  const std::string listed = run({"nm", "-D", "--defined-only", gst_plugin_get_filename(plugin().get())});
  std::set<std::string> names;
  std::istringstream lines(listed);
  for (std::string line; std::getline(lines, line);) names.insert(line.substr(line.rfind(' ') + 1));
  EXPECT_EQ(names,
            (std::set<std::string>{"gst_plugin_rtmp2server_get_desc", "gst_plugin_rtmp2server_register"}));
}

}  // namespace
}  // namespace rtmp::test
