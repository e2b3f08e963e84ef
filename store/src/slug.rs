//! Names as parts of addresses: `Haus der Künste` becomes `haus-der-kuenste`.

const CHARACTERS_MAX: usize = 80;

/// The slug of a name: letters and digits in lower case, all else a hyphen. Never empty.
pub(crate) fn of(name: &str) -> String {
    let spelled: String = name.to_lowercase().chars().flat_map(spelled).collect();
    let words: Vec<&str> = spelled
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("-").chars().take(CHARACTERS_MAX).collect();
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "unnamed".to_owned()
    } else {
        slug.to_owned()
    }
}

/// The slug, or the slug with the first number from 2 that none of `taken` has.
pub(crate) fn free(slug: &str, taken: &[String]) -> String {
    let is_free = |candidate: &String| !taken.contains(candidate);
    let numbered = (2..).map(|number| format!("{slug}-{number}"));
    std::iter::once(slug.to_owned())
        .chain(numbered)
        .find(is_free)
        .expect("there are more numbers than slugs")
}

/// Letters of European alphabets in plain ones; others stay, for they are letters of an address, too.
fn spelled(letter: char) -> Vec<char> {
    let plain = match letter {
        'ä' | 'æ' => "ae",
        'ö' | 'ø' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ù' | 'ú' | 'û' | 'ů' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '\'' | '’' => "",
        _ => return vec![letter],
    };
    plain.chars().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_has_letters_and_digits_and_single_hyphens() {
        let slugs = [
            ("Haus der Künste", "haus-der-kuenste"),
            ("  Łódź -- Hall 3! ", "lodz-hall-3"),
            ("Ada's Café", "adas-cafe"),
            ("舞台", "舞台"),
            ("?!", "unnamed"),
            ("", "unnamed"),
        ];
        for (name, slug) in slugs {
            assert_eq!(of(name), slug);
        }
        assert_eq!(of(&"long ".repeat(100)).chars().count(), CHARACTERS_MAX - 1);
    }

    #[test]
    fn a_slug_that_is_taken_gets_the_next_free_number() {
        let taken = ["hall".to_owned(), "hall-2".to_owned(), "hall-4".to_owned()];
        assert_eq!(free("hall", &taken), "hall-3");
        assert_eq!(free("house", &taken), "house");
    }
}
