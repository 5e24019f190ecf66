#include <cotape/engine/base/error.h>
#include <cotape/engine/base/file.h>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "../../temporary_folder.h"

using namespace cotape;

TEST_CASE("file: what is written is read back, whatever the bytes") {
  const TemporaryFolder folder;
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const std::string& bytes : {std::string(), std::string(1, '\0'), all, std::string(3'000'000, 'x')}) {
    write_file(folder / "file", bytes);
    CHECK(folder.get("file") == bytes);
    CHECK(read_file(folder / "file") == bytes);
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("file: reading what is not there or is no file names it and the reason") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(read_file(folder / "missing"),
                       ("cannot read " + (folder / "missing").string() + ": No such file or directory").c_str(),
                       FileError);
  CHECK_THROWS_WITH_AS(read_file(folder.path()), ("cannot read " + folder.path().string() + ": it is a folder").c_str(),
                       FileError);
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH_AS(read_file(folder / "pipe"), doctest::Contains("pipe: it is a pipe"), FileError);
}

TEST_CASE("file: a name shows whole in a message, and reaches no terminal raw") {
  const std::string long_name(300, 'a');
  CHECK(shown_path("folder/" + long_name) == "folder/" + long_name);
  CHECK(shown_path("a\x1b[31m\nb\xff/\u00e9.txt") == "a\\x1b[31m\\nb\\xff/\u00e9.txt");
  CHECK_THROWS_WITH_AS(read_file("no\x07 file"), "cannot read no\\x07 file: No such file or directory", FileError);
}

TEST_CASE("file: a folder is locked once at a time, until the lock goes or its process ends") {
  const TemporaryFolder folder;
  const std::string message = folder.path().string() + ": another program is writing into this folder";
  {
    const FolderLock lock(folder.path());
    CHECK_THROWS_WITH_AS(FolderLock(folder.path()), message.c_str(), FileError);
  }
  const pid_t child = fork();
  if (child == 0) {
    const FolderLock lock(folder.path());
    _exit(0);  // without a destructor
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  const FolderLock lock(folder.path());
  CHECK_THROWS_WITH_AS(FolderLock(folder / "none"),
                       ("cannot lock " + (folder / "none").string() + ": No such file or directory").c_str(),
                       FileError);
}

TEST_CASE("file: the limit is the last size that is read") {
  const TemporaryFolder folder;
  const auto path = folder.put("file", "12345");
  CHECK(read_file(path, 5) == "12345");
  CHECK_THROWS_WITH_AS(read_file(path, 4), doctest::Contains("its 5 bytes are more than the limit of 4"), FileError);
  const auto huge = folder.put("huge", "");
  std::filesystem::resize_file(huge, max_file_bytes + 1);  // sparse
  CHECK_THROWS_WITH_AS(read_file(huge), doctest::Contains("more than the limit"), FileError);
}

TEST_CASE("file: a failed write names the file and the reason and leaves nothing behind") {
  const TemporaryFolder folder;
  const auto nowhere = folder / "no-such-folder" / "file";
  CHECK_THROWS_WITH_AS(write_file(nowhere, "x"),
                       ("cannot write " + nowhere.string() + ": No such file or directory").c_str(), FileError);
  std::filesystem::create_directory(folder / "target");
  folder.put("target/kept", "old");
  CHECK_THROWS_WITH_AS(write_file(folder / "target", "x"), doctest::Contains("target: it is a folder"), FileError);
  CHECK(folder.get("target/kept") == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("file: what a killed writer left is used again") {
  const TemporaryFolder folder;
  folder.put("file", "old");
  folder.put("file.tmp", std::string(1000, 'h'));
  write_file(folder / "file", "new");
  CHECK(folder.get("file") == "new");
  CHECK(folder.files() == 1);
}

TEST_CASE("file: a reader never sees half of a write, also with several writers") {
  const TemporaryFolder folder;
  constexpr std::size_t size = 200'000;
  const auto path = folder.put("file", std::string(size, 'a'));
  std::atomic<int> writing = 2;
  const auto write = [&](char letter) {
    for (int i = 0; i < 25; ++i) write_file(path, std::string(size, letter));
    --writing;
  };
  std::thread first(write, 'b'), second(write, 'c');
  int torn = 0;
  while (writing > 0) {
    const std::string bytes = read_file(path);
    if (bytes != std::string(size, bytes.empty() ? ' ' : bytes[0])) ++torn;
  }
  first.join();
  second.join();
  CHECK(torn == 0);
  CHECK(folder.files() == 1);
}

TEST_CASE("file: what is no plain file is neither written to nor replaced, and nothing waits for it") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& name, const std::string& reason) {
    CHECK_THROWS_WITH_AS(write_file(folder / name, "new"),
                         ("cannot write " + (folder / name).string() + ": " + reason).c_str(), FileError);
  };
  const auto in_the_way = [&](const std::string& name, const std::string& kind) {
    refused(name, (folder / (name + ".tmp")).string() + " is in the way, it is " + kind);
  };
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  refused("pipe", "it is a pipe");
  CHECK_THROWS_WITH_AS(write_file("/dev/null", "x"), "cannot write /dev/null: it is a device", FileError);
  std::filesystem::create_symlink("/dev/null", folder / "link");
  refused("link", "it is a device");

  REQUIRE(mkfifo((folder / "a.tmp").c_str(), 0600) == 0);
  in_the_way("a", "a pipe");
  const int reader = ::open((folder / "a.tmp").c_str(), O_RDONLY | O_NONBLOCK);  // so that it could be opened to write
  REQUIRE(reader >= 0);
  in_the_way("a", "a pipe");
  ::close(reader);
  std::filesystem::create_directory(folder / "b.tmp");
  in_the_way("b", "a folder");
  folder.put("kept", "old");
  std::filesystem::create_symlink(folder / "kept", folder / "c.tmp");
  in_the_way("c", "a link");
  std::filesystem::create_hard_link(folder / "kept", folder / "d.tmp");
  in_the_way("d", "another file's second name");
  CHECK(folder.get("kept") == "old");
  for (const char* name : {"a", "b", "c", "d"}) CHECK(!std::filesystem::exists(folder / name));
}
