#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <cotape/engine/base/real.h>

namespace cotape {
inline namespace COTAPE_PRECISION {

// A word of a text.
struct Word {
  std::string text = {};  // A–Z as a–z, and U+2019 as '
  std::size_t begin = 0;  // its bytes in the text are [begin, end)
  std::size_t end = 0;
  bool operator==(const Word&) const = default;
};

// The words of a text in UTF-8, in its order. A word is a longest run of ASCII letters and digits, apostrophes (' and
// U+2019) and other letters; that is every character from U+00A0 on but these, which part words as blanks and ASCII
// punctuation do: U+00A0–00BF (without ª, µ, º), × and ÷, and U+2000–206F and U+3000–303F, where dashes, quotes and
// other marks are. Bytes that are no UTF-8 part words too, and so does <br />, with which reviews from web pages break
// their lines. Then, as in the Penn Treebank, what a word ends with is a word of its own: n't, 's, 're, 've, 'll, 'd
// and 'm ("didn't" is "did" and "n't"); other apostrophes at both ends are left out. Letters beyond ASCII keep their
// case.
std::vector<Word> words_of(std::string_view text);

}  // namespace COTAPE_PRECISION
}  // namespace cotape
