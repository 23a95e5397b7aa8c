# SPDX-License-Identifier: LGPL-2.1-or-later
# Not built by the project yet: see packaging/README.md.
class GstRtmp2Server < Formula
  desc "GStreamer plugin that receives RTMP as a server"
  # A tap fills in the homepage, the address of the tarball that scripts/release makes, and its sum.
  url "file:///dev/null"
  version "0.9.0"
  license "LGPL-2.1-or-later"

  depends_on "meson" => :build
  depends_on "ninja" => :build
  depends_on "pkgconf" => :build
  depends_on "glib"
  depends_on "glib-networking"
  depends_on "gstreamer"

  def install
    system "meson", "setup", "build", "-Dtests=false", *std_meson_args
    system "meson", "compile", "-C", "build", "--verbose"
    system "meson", "install", "-C", "build"
  end

  test do
    ENV["GST_PLUGIN_PATH"] = lib/"gstreamer-1.0"
    system Formula["gstreamer"].bin/"gst-inspect-1.0", "rtmp2serversrc"
  end
end
