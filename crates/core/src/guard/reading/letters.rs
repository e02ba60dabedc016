//! Letters that are read as Latin ones: of other alphabets, of other widths and weights, with marks, as tag characters,
//! and with characters between them that nobody sees.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

use super::Writing;
use crate::guard::invisible::is_invisible;

pub(super) fn undo(writing: &mut Writing<'_>) {
    for (at, c) in writing.source().char_indices() {
        let bytes = at..at + c.len_utf8();
        match read(c) {
            Read::Itself => writing.keep(bytes),
            Read::Nothing => writing.skip(),
            Read::As(letter) => writing.put(letter, &bytes),
            Read::Decomposed => decompose_compatible(c, |part| {
                if !is_combining_mark(part) {
                    writing.put(part, &bytes);
                }
            }),
        }
    }
}

enum Read {
    Itself,
    Nothing,
    As(char),
    Decomposed,
}

fn read(c: char) -> Read {
    /// Tag characters are ASCII, so much further on.
    const TAGS: u32 = 0xe_0000;
    if c.is_ascii() {
        return Read::Itself;
    }
    if let Some(letter) = u32::from(c).checked_sub(TAGS).filter(|code| (0x20..0x7f).contains(code)) {
        return char::from_u32(letter).map_or(Read::Nothing, Read::As);
    }
    if is_invisible(c) || is_combining_mark(c) {
        return Read::Nothing;
    }
    if let Some(letter) = look_alike(c) {
        return Read::As(letter);
    }
    let mut first = None;
    decompose_compatible(c, |part| {
        first.get_or_insert(part);
    });
    if first.is_some_and(|first| first.is_ascii()) { Read::Decomposed } else { Read::Itself }
}

/// The Latin letter that one takes it for: those of `confusables.txt` (Unicode Technical Standard 39) that a common font
/// has.
fn look_alike(c: char) -> Option<char> {
    /// Each Latin letter, and those of other alphabets that look like it.
    const LETTERS: [(char, &str); 46] = [
        ('a', "аɑα"),
        ('b', "Ьƅ"),
        ('c', "сϲᴄ"),
        ('d', "ԁɗ"),
        ('e', "еεҽ"),
        ('g', "ɡց"),
        ('h', "һհ"),
        ('i', "іıɩιɪ"),
        ('j', "јϳ"),
        ('k', "кκᴋ"),
        ('l', "ӏⅼ"),
        ('m', "мᴍ"),
        ('n', "пոη"),
        ('o', "оοօσᴏ"),
        ('p', "рρ"),
        ('q', "ԛգ"),
        ('r', "гᴦ"),
        ('s', "ѕꜱ"),
        ('t', "тτᴛ"),
        ('u', "υսцᴜ"),
        ('v', "νѵᴠ"),
        ('w', "ԝшωᴡ"),
        ('x', "хχ"),
        ('y', "уүγ"),
        ('z', "ᴢ"),
        ('A', "АΑ"),
        ('B', "ВΒ"),
        ('C', "СϹ"),
        ('D', "Ꭰ"),
        ('E', "ЕΕ"),
        ('F', "Ϝ"),
        ('G', "Ԍ"),
        ('H', "НΗ"),
        ('I', "ІӀΙ"),
        ('J', "Ј"),
        ('K', "КΚ"),
        ('L', "Ꮮ"),
        ('M', "МΜ"),
        ('N', "Ν"),
        ('O', "ОΟՕ"),
        ('P', "РΡ"),
        ('S', "ЅՏ"),
        ('T', "ТΤ"),
        ('X', "ХΧ"),
        ('Y', "УΥҮ"),
        ('Z', "Ζ"),
    ];
    LETTERS.iter().find(|(_, others)| others.contains(c)).map(|(letter, _)| *letter)
}
