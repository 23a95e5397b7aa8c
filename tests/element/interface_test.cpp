// SPDX-License-Identifier: LGPL-2.1-or-later
// What GStreamer's tools for documentation and inspection find in the plugin.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

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

std::vector<std::string> own_properties(GObjectClass* loaded) {
  std::vector<std::string> names;
  guint count = 0;
  GParamSpec** properties = g_object_class_list_properties(loaded, &count);
  for (GParamSpec* property : std::span(properties, count))
    if (property->owner_type == G_OBJECT_CLASS_TYPE(loaded)) names.emplace_back(property->name);
  g_free(properties);
  return names;
}

std::vector<std::string> own_signals(GObjectClass* loaded) {
  std::vector<std::string> names;
  guint count = 0;
  guint* signals = g_signal_list_ids(G_OBJECT_CLASS_TYPE(loaded), &count);
  for (const guint signal : std::span(signals, count)) names.emplace_back(g_signal_name(signal));
  g_free(signals);
  return names;
}

TEST_P(Interface, IsDocumentedWithTheVersionThatBroughtIt) {
  const auto loaded = element_class(GetParam().name);
  const std::string element = G_OBJECT_CLASS_NAME(loaded.get());
  const std::set<std::string> names = documented_since();
  EXPECT_TRUE(names.contains(std::string("SECTION:element-") + GetParam().name));
  for (const char* name : GetParam().enums) EXPECT_TRUE(names.contains(name)) << name;
  // What the bin has of the source is the same, and documented there.
  const auto documented = [&](const std::string& name) {
    return names.contains(element + name) ||
           (element == "GstRtmp2ServerBin" && names.contains("GstRtmp2ServerSrc" + name));
  };

  const auto properties = own_properties(loaded.get());
  EXPECT_FALSE(properties.empty());
  for (const std::string& name : properties) EXPECT_TRUE(documented(":" + name)) << name;
  const auto signals = own_signals(loaded.get());
  EXPECT_EQ(signals.size(), GetParam().signals);
  for (const std::string& name : signals) EXPECT_TRUE(documented("::" + name)) << name;
}

TEST_P(Interface, HasAManualPageWithEachPropertyAndSignal) {
  const char* folder = g_getenv("MANUAL_PAGES");
  if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "built without -Ddoc";
  std::stringstream text;
  text << std::ifstream(std::string(folder) + "/" + GetParam().name + ".7").rdbuf();
  const std::string page = text.str();
  EXPECT_NE(page.find(std::string("\n.SH NAME\n") + GetParam().name), std::string::npos);
  // In a manual page, "-" is a hyphen, and "\-" what a reader can copy.
  const auto has_section = [&](const std::string& name) {
    return page.find("\n.SS " + std::regex_replace(name, std::regex("-"), "\\-") + "\n") != std::string::npos;
  };

  const auto loaded = element_class(GetParam().name);
  for (const std::string& name : own_properties(loaded.get())) EXPECT_TRUE(has_section(name)) << name;
  for (const std::string& name : own_signals(loaded.get())) EXPECT_TRUE(has_section(name)) << name;
  for (const char* name : GetParam().enums) EXPECT_TRUE(has_section(name)) << name;
}

INSTANTIATE_TEST_SUITE_P(
    All, Interface,
    testing::Values(Element{"rtmp2serversrc",
                            {"GstRtmp2ServerTakeover", "GstRtmp2ServerTimestamps", "GstRtmp2ServerEndReason",
                             "GstRtmp2ServerRejection", "GstRtmp2ServerDismissal",
                             "GstRtmp2ServerProxyProtocol", "GstRtmp2ServerTlsMode",
                             "GstRtmp2ServerDrainMode"},
                            6},
                    Element{"rtmp2serverbin", {}, 8},
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
