// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata_fields.h"

#include "glib_text.h"

namespace rtmp {
namespace {

constexpr std::size_t kMostTexts = 64;
constexpr std::size_t kMostBytes = 256;

GVariant* to_variant(const MetadataField& field) {
  if (const auto* number = std::get_if<double>(&field.value)) return g_variant_new_double(*number);
  if (const auto* flag = std::get_if<bool>(&field.value)) return g_variant_new_boolean(*flag);
  return g_variant_new_take_string(to_utf8(std::get<std::string>(field.value)).release());
}

// Not a GstStructure, which would keep every name that a publisher makes up for as long as the process lives.
GVariant* to_variant(const Metadata& metadata) {
  GVariantBuilder fields;
  g_variant_builder_init(&fields, G_VARIANT_TYPE_VARDICT);
  for (const MetadataField& field : metadata)
    g_variant_builder_add(&fields, "{sv}", to_utf8(field.name).get(), to_variant(field));
  return g_variant_builder_end(&fields);
}

std::string value_text(const MetadataField& field) {
  if (const auto* number = std::get_if<double>(&field.value)) {
    gchar text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_ascii_formatd(text, sizeof text, "%.15g", *number);
  }
  if (const auto* flag = std::get_if<bool>(&field.value)) return *flag ? "true" : "false";
  return std::get<std::string>(field.value);
}

// The text is cut before it is made valid, so the rest of a character that was cut becomes U+FFFD.
GText text_of(const MetadataField& field) {
  return to_utf8((field.name + ":" + value_text(field)).substr(0, kMostBytes));
}

}  // namespace

void set_metadata(GstStructure* structure, const Metadata& metadata) {
  GVariant* fields = g_variant_ref_sink(to_variant(metadata));
  (void)g_variant_get_data(fields);  // makes it one piece of memory instead of three for each field
  gst_structure_set(structure, "metadata", G_TYPE_VARIANT, fields, nullptr);
  g_variant_unref(fields);

  GValue texts = G_VALUE_INIT;
  gst_value_array_init(&texts, 0);
  for (const MetadataField& field : metadata) {
    if (gst_value_array_get_size(&texts) == kMostTexts) break;
    GValue text = G_VALUE_INIT;
    g_value_init(&text, G_TYPE_STRING);
    g_value_take_string(&text, text_of(field).release());
    gst_value_array_append_and_take_value(&texts, &text);
  }
  gst_structure_take_value(structure, "metadata-text", &texts);
}

}  // namespace rtmp
