#pragma once
#include <cotape/engine/base/error.h>
#include <doctest/doctest.h>

#include <string>

#include "../../temporary_folder.h"

// What `read`, given a file of this name and text, says is wrong, without the file's name; "nothing" where it reads it.
template <class Read>
std::string refusal_of(Read read, const std::string& name, const std::string& text) {
  const TemporaryFolder folder;
  const auto path = folder.put(name, text);
  try {
    read(path);
  } catch (const cotape::FileError& error) {
    const std::string message = error.what(), start = path.string() + ": ";
    CHECK(message.starts_with(start));
    return message.substr(start.size());
  }
  return "nothing";
}
