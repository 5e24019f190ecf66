# Data that more than one test of the programs trains on.

# make_images FOLDER: Fashion-MNIST's files with bars at ten places: 600 images to train on, packed, and 100 to test
make_images() {
  local digits=('\0' '\1' '\2' '\3' '\4' '\5' '\6' '\7' '\10' '\11')
  mkdir "$1"
  # part PREFIX COUNT COUNT_IN_TWO_BYTES: images packed, labels plain
  part() {
    {
      printf "\0\0\10\3\0\0$3\0\0\0\34\0\0\0\34"
      awk -v count="$2" 'BEGIN {
        for (i = 0; i < count; ++i)
          for (y = 0; y < 28; ++y)
            for (x = 0; x < 28; ++x)
              printf "%c", int((i % 10 < 5 ? x : y) / 5) == i % 5 ? 200 + i * 37 % 56 : 2
      }'
    } | gzip -c >"$1-images-idx3-ubyte.gz"
    {
      printf "\0\0\10\1\0\0$3"
      for ((i = 0; i < $2; ++i)); do printf "${digits[i % 10]}"; done
    } >"$1-labels-idx1-ubyte"
  }
  part "$1/train" 600 '\2\130'
  part "$1/t10k" 100 '\0\144'
}

# make_table FILE ROWS NOISE SEED: rankings with 3 features and 4 labels, ranks of a linear function of the features
make_table() {
  awk -v n="$2" -v noise="$3" -v seed="$4" 'BEGIN {
    srand(seed)
    print n ",3,4,x,y,z,a,b,c,d"
    for (i = 0; i < n; ++i) {
      for (k = 1; k <= 3; ++k) x[k] = 10 * rand() + 5
      s[1] = x[1] - x[2]; s[2] = x[2] - x[3]; s[3] = x[3] - x[1]; s[4] = 0.5 * x[1] - 3
      line = x[1] "," x[2] "," x[3]
      for (k = 1; k <= 4; ++k) s[k] += noise * (rand() - 0.5)
      for (k = 1; k <= 4; ++k) { rank = 1; for (j = 1; j <= 4; ++j) rank += s[j] < s[k]; line = line "," rank }
      print line
    }
  }' >"$1"
}

# make_pictures FOLDER EACH: three alphabets of five characters, EACH drawings of one: two bars at the character's place,
# black on white, 30 × 30 pixels
make_pictures() {
  python3 - "$1" "$2" <<'PROGRAM'
import os, random, struct, sys, zlib

def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

random.seed(1)
for k in range(15):
    folder = os.path.join(sys.argv[1], ("greek", "latin", "tamil")[k % 3], "abcde"[k // 3])
    os.makedirs(folder)
    for number in range(int(sys.argv[2])):
        row, column = 3 + 6 * (k % 4) + random.randrange(3), 3 + 6 * (k // 4) + random.randrange(3)
        ink = lambda y, x: row <= y < row + 3 or column <= x < column + 3
        rows = b"".join(b"\0" + bytes(random.randrange(40) if ink(y, x) else 255 - random.randrange(40) for x in range(30))
                        for y in range(30))
        with open(os.path.join(folder, "%d.png" % number), "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 30, 30, 8, 0, 0, 0, 0)) +
                       chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
PROGRAM
}
