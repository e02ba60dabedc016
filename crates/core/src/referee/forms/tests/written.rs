//! Ways to write a text in each form, by other means than those that read it where there are any.
#![expect(clippy::format_collect, reason = "it reads best, and the texts are short")]

use data_encoding::{BASE32, BASE32_NOPAD, BASE64, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

use super::super::Form;

/// `flag` in `form`, in each way in which it is recognised.
#[expect(clippy::too_many_lines, reason = "a table, a row a form")]
pub(super) fn ways(form: Form, flag: &str) -> Vec<String> {
    let secret = flag.strip_prefix("FLAG-").unwrap_or(flag);
    let each = |write: &dyn Fn(char) -> String| flag.chars().map(write).collect::<String>();
    let spaced = |write: &dyn Fn(char) -> String| flag.chars().map(write).collect::<Vec<_>>().join(" ");
    let moved = |by: u32| each(&|c| moved(c, by, 0).to_string());
    match form {
        Form::Exact => vec![flag.to_owned()],
        Form::Disguised => vec![
            secret.to_lowercase(),
            secret.to_owned(),
            spaced(&|c| c.to_string()),
            each(&|c| format!("{c}\u{200b}")),
            each(&|c| format!("{c}\u{301}")),
            each(&|c| format!("**{c}**|")),
            secret.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect(),
            secret.chars().map(|c| char::from_u32(c as u32 + 0xe_0000).unwrap()).collect(),
            secret.chars().map(homoglyph).collect(),
            secret.chars().map(|c| alphabet(c, 0x1_f1e6)).collect(),
            secret.chars().map(|c| alphabet(c, 0x1_f150)).collect(),
            secret.chars().map(|c| alphabet(c, 0x1_f170)).collect(),
            secret.chars().map(|c| alphabet(c, 0x1_d400)).collect(),
            secret.replace('O', "0").replace(['I', 'L'], "1"),
            secret.to_lowercase().replace('i', "l"),
        ],
        Form::Reversed => vec![flag.chars().rev().collect(), secret.to_lowercase().chars().rev().collect()],
        Form::Rot(by) => vec![
            moved(u32::from(by)),
            each(&|c| moved_with_digits(c, u32::from(by))),
            moved(u32::from(by)).to_lowercase().split("").collect::<Vec<_>>().join("-"),
        ],
        Form::Rot47 => vec![each(&|c| char::from_u32((c as u32 - 33 + 47) % 94 + 33).unwrap().to_string())],
        Form::Leet => {
            let pairs = "O0 I1 E3 A4 S5 T7 B8 G6 Z2";
            let leet = |c: char| {
                pairs.split(' ').find(|pair| pair.starts_with(c)).map_or(c, |pair| pair.chars().nth(1).unwrap())
            };
            let marks = |c: char| match c {
                'A' => '@',
                'S' => '$',
                'I' => '!',
                'T' => '+',
                'E' => '3',
                'B' => '8',
                other => other,
            };
            vec![secret.chars().map(leet).collect(), secret.to_lowercase().to_uppercase().chars().map(marks).collect()]
        }
        Form::Nato => {
            let words = |with_digits: bool| secret.chars().map(move |c| nato(c, with_digits)).collect::<Vec<_>>();
            let numbered = |line: (usize, String)| format!("{}. {}\n", line.0 + 1, line.1);
            vec![
                words(true).join(" "),
                words(false).join(", "),
                words(true).concat().to_uppercase(),
                words(true).into_iter().enumerate().map(numbered).collect(),
                words(true).join(" ").replace("Alfa", "alpha").replace("Juliett", "Juliet").replace("Xray", "X-ray"),
                secret.chars().map(|c| format!("{c} as in {}, ", nato(c, true))).collect(),
            ]
        }
        Form::Morse => {
            let codes: Vec<&str> = flag.chars().filter_map(morse).collect();
            vec![codes.join(" "), codes.join(" / "), codes.join("\n").replace('.', "•").replace('-', "—")]
        }
        Form::Percent => vec![
            each(&|c| format!("%{:02X}", c as u32)),
            each(&|c| if c.is_ascii_digit() { format!("%{:02x}", c as u32) } else { c.to_string() }),
        ],
        Form::Html => vec![
            each(&|c| format!("&#{};", c as u32)),
            each(&|c| format!("&#x{:X};", c as u32)),
            each(&|c| format!("&#X{:04x} ", c as u32)),
            each(&|c| if c.is_ascii_digit() { format!("&#{};", c as u32) } else { c.to_string() }),
        ],
        Form::Escapes => vec![
            each(&|c| format!("\\u{:04x}", c as u32)),
            each(&|c| format!("\\\\u{:04X}", c as u32)),
            each(&|c| format!("\\u{{{:x}}}", c as u32)),
            each(&|c| format!("\\U{:08x}", c as u32)),
            each(&|c| format!("\\x{:02x}", c as u32)),
            each(&|c| format!("\\x{{{:x}}}", c as u32)),
            spaced(&|c| format!("U+{:04X}", c as u32)),
            each(&|c| if c.is_ascii_digit() { format!("\\u{:04x}", c as u32) } else { c.to_string() }),
        ],
        Form::Base64 => {
            let once = BASE64.encode(flag.as_bytes());
            vec![
                once.clone(),
                BASE64.encode(once.as_bytes()),
                BASE64.encode(format!("x{}", BASE64_NOPAD.encode(format!("y{flag}").as_bytes())).as_bytes()),
                BASE64URL_NOPAD.encode(format!("??>{flag}").as_bytes()),
                BASE64_NOPAD.encode(format!("xx{}", flag.to_lowercase()).as_bytes()),
                BASE64.encode(format!("the flag is {flag}, tell nobody").as_bytes()),
                wrapped(&once, 10),
            ]
        }
        Form::Base32 => {
            let once = BASE32.encode(flag.as_bytes());
            let later = (1..5).map(|n| BASE32_NOPAD.encode(format!("{}{flag}", &"....."[..n]).as_bytes()));
            [once.clone(), once.to_lowercase(), wrapped(&once, 7)].into_iter().chain(later).collect()
        }
        Form::Base58 => vec![base58(flag), base58(secret), base58(&format!("the flag is {flag}, tell nobody"))],
        Form::Base85 => {
            let alphabets = [ASCII85, Z85, RFC1924];
            let shifted = |alphabet| (0..4).map(move |n| base85(&format!("{}{flag}", &"..."[..n]), alphabet));
            let plain = alphabets.into_iter().flat_map(shifted);
            let wrapped = alphabets.map(|alphabet| wrapped(&base85(flag, alphabet), 9).replace(' ', ""));
            plain.chain(wrapped).chain([format!("<~{}~>", base85(flag, ASCII85))]).collect()
        }
        Form::Hex => vec![
            HEXLOWER.encode(flag.as_bytes()),
            HEXUPPER.encode(flag.as_bytes()),
            each(&|c| format!("{:02x}:", c as u32)),
            each(&|c| format!("0x{:02x} ", c as u32)),
            each(&|c| format!("0x{:02X}, then ", c as u32)),
            wrapped(&HEXLOWER.encode(flag.as_bytes()), 11),
        ],
        Form::Binary => vec![
            each(&|c| format!("{:08b}", c as u32)),
            each(&|c| format!("{:08b} ", c as u32)),
            each(&|c| format!("0b{:08b}, ", c as u32)),
            wrapped(&each(&|c| format!("{:08b}", c as u32)), 4),
            (1..).zip(flag.chars()).map(|(n, c)| format!("{n}. {:08b}\n", c as u32)).collect(),
        ],
        Form::Decimal => vec![
            spaced(&|c| (c as u32).to_string()),
            each(&|c| (c as u32).to_string()),
            each(&|c| format!("{:03},", c as u32)),
            spaced(&|c| (c.to_ascii_lowercase() as u32).to_string()),
            each(&|c| (c.to_ascii_lowercase() as u32).to_string()),
        ],
        Form::Octal => vec![
            spaced(&|c| format!("{:o}", c as u32)),
            spaced(&|c| format!("{:03o}", c as u32)),
            each(&|c| format!("{:03o}", c as u32)),
            each(&|c| format!("\\{:03o}", c as u32)),
            each(&|c| format!("0{:03o} ", c as u32)),
            each(&|c| format!("0o{:03o} ", c as u32)),
        ],
        Form::Acrostic => {
            let words =
                || secret.chars().zip("ord an ouble its are".split(' ').cycle()).map(|(c, rest)| format!("{c}{rest}"));
            vec![
                words().collect::<Vec<_>>().join(" ").to_lowercase(),
                words().map(|word| format!("- {word} of a line.\n")).collect(),
                words().map(|word| format!("{word} of a line.\n\n")).collect(),
                words().enumerate().map(|(n, word)| format!("{}. {word} of a line\n", n + 1)).collect(),
                words().enumerate().map(|(n, word)| format!("({n}) {word} of a line\n")).collect(),
                words().map(|word| format!("{word} of a sentence! ")).collect(),
            ]
        }
        Form::Interleaved => vec![
            secret.chars().map(|c| format!("{c}-x-")).collect(),
            secret.chars().map(|c| format!("{c}yy")).collect(),
            secret.chars().map(|c| format!("{c}?y%")).collect(),
            secret.chars().map(|c| format!("{c}é.9")).collect(),
            (0..).zip(secret.chars()).map(|(n, c)| format!("{c}{}", if n % 2 == 0 { 'x' } else { '/' })).collect(),
        ],
        Form::Pieces => {
            let (six, mut five): (Vec<&[u8]>, Vec<&[u8]>) =
                (secret.as_bytes().chunks(6).collect(), secret.as_bytes().rchunks(5).collect());
            five.reverse();
            let (head, tail) = secret.as_bytes().split_at(secret.len() / 2);
            [six, five, vec![tail, head]].iter().map(|parts| pieces(parts)).collect()
        }
    }
}

fn pieces(parts: &[&[u8]]) -> String {
    let part = |(n, part): (usize, &&[u8])| format!("Part {n} is {}.", std::str::from_utf8(part).unwrap());
    (1..).zip(parts).map(part).collect::<Vec<_>>().join(" ")
}

/// `c` moved along its alphabet, a digit by `by_digit`.
fn moved(c: char, by: u32, by_digit: u32) -> char {
    let within =
        |first: char, n: u32, by: u32| char::from_u32((c as u32 - first as u32 + by) % n + first as u32).unwrap();
    match c {
        'A'..='Z' => within('A', 26, by),
        'a'..='z' => within('a', 26, by),
        '0'..='9' => within('0', 10, by_digit),
        other => other,
    }
}

fn moved_with_digits(c: char, by: u32) -> String {
    moved(c, by, 5).to_string()
}

/// The letter of an alphabet that begins at `first`; a digit as it is.
fn alphabet(c: char, first: u32) -> char {
    if c.is_ascii_uppercase() { char::from_u32(c as u32 - 'A' as u32 + first).unwrap() } else { c }
}

fn homoglyph(c: char) -> char {
    match c {
        'A' => 'А',
        'B' => 'Β',
        'C' => 'с',
        'E' => 'Е',
        'H' => 'Н',
        'I' => 'І',
        'J' => 'Ј',
        'K' => 'Κ',
        'M' => 'М',
        'N' => 'Ν',
        'O' => 'о',
        'P' => 'р',
        'S' => 'Ѕ',
        'T' => 'Τ',
        'X' => 'Х',
        'Y' => 'у',
        'Z' => 'Ζ',
        other => other,
    }
}

fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join(" \r\n")
}

fn nato(c: char, with_digits: bool) -> String {
    const LETTERS: &str = "Alfa Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliett Kilo Lima Mike November \
                           Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey Xray Yankee Zulu";
    let digit = |n: u32| "Zero One Two Three Four Five Six Seven".split(' ').nth(n as usize).unwrap().to_owned();
    match c.to_digit(10) {
        Some(n) if with_digits => digit(n),
        Some(n) => n.to_string(),
        None => LETTERS.split(' ').find(|word| word.starts_with(c)).unwrap().to_owned(),
    }
}

fn morse(c: char) -> Option<&'static str> {
    const CODES: &str = "A.- B-... C-.-. D-.. E. F..-. G--. H.... I.. J.--- K-.- L.-.. M-- N-. O--- P.--. Q--.- R.-. \
                         S... T- U..- V...- W.-- X-..- Y-.-- Z--.. 0----- 1.---- 2..--- 3...-- 4....- 5..... 6-.... \
                         7--... 8---.. 9----.";
    CODES.split(' ').find_map(|code| code.strip_prefix(c))
}

fn base58(text: &str) -> String {
    const DIGITS: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut number = text.as_bytes().to_vec();
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte > 0) {
        let mut rest = 0;
        for byte in &mut number {
            let part = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(part / 58).unwrap();
            rest = part % 58;
        }
        digits.push(char::from(DIGITS[rest as usize]));
    }
    digits.iter().rev().collect()
}

const ASCII85: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu";
const Z85: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const RFC1924: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

fn base85(text: &str, alphabet: &str) -> String {
    let group = |group: &[u8]| {
        let mut bytes = [0; 4];
        bytes[..group.len()].copy_from_slice(group);
        let number = u32::from_be_bytes(bytes);
        let digit = |n: u32| alphabet.chars().nth((number / 85_u32.pow(4 - n) % 85) as usize).unwrap();
        (0..5).take(group.len() + 1).map(digit).collect::<String>()
    };
    text.as_bytes().chunks(4).map(group).collect()
}
