//! Prices as people type them: `Category I=8000`, in minor units.

/// A price that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypedPrice {
    /// What it is for.
    pub name: String,
    /// In minor units.
    pub minor: i64,
}

/// No place costs more: a typing error, rather.
const MINOR_MAX: i64 = 1_000_000_000;

/// Reads `name=minor`; the last `=` counts, since names may have some.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn parse(typed: &str) -> Result<TypedPrice, String> {
    let form = || format!("{typed:?} is not of the form 'Name=8000'");
    let (name, amount) = typed.rsplit_once('=').ok_or_else(form)?;
    let (name, amount) = (name.trim(), amount.trim());
    if name.is_empty() {
        return Err(form());
    }
    let minor: i64 = amount.parse().map_err(|_| {
        format!("the price of {name:?} is not a whole number of minor units: {amount:?}")
    })?;
    if minor < 0 {
        return Err(format!("the price of {name:?} is negative: {minor}"));
    }
    if minor > MINOR_MAX {
        return Err(format!(
            "the price of {name:?} is more than {MINOR_MAX}: {minor}"
        ));
    }
    Ok(TypedPrice {
        name: name.to_owned(),
        minor,
    })
}

/// Reads all prices; each name may have one.
///
/// # Errors
/// What is wrong with each of them.
pub(crate) fn parse_all(typed: &[String]) -> Result<Vec<TypedPrice>, Vec<String>> {
    let mut prices: Vec<TypedPrice> = Vec::with_capacity(typed.len());
    let mut faults = Vec::new();
    for text in typed {
        match parse(text) {
            Ok(price) if prices.iter().any(|other| other.name == price.name) => {
                faults.push(format!("{:?} has two prices", price.name));
            }
            Ok(price) => prices.push(price),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() {
        Ok(prices)
    } else {
        Err(faults)
    }
}

/// Reads capacities as `name=people`; each name may have one.
///
/// # Errors
/// What is wrong with each of them.
pub(crate) fn parse_capacities(typed: &[String]) -> Result<Vec<(String, u32)>, Vec<String>> {
    let mut capacities: Vec<(String, u32)> = Vec::with_capacity(typed.len());
    let mut faults = Vec::new();
    for text in typed {
        let parts = text.rsplit_once('=');
        let read = parts.and_then(|(name, people)| {
            let name = Some(name.trim().to_owned()).filter(|name| !name.is_empty())?;
            Some((name, people.trim().parse().ok()?))
        });
        match read {
            Some((name, _)) if capacities.iter().any(|(other, _)| *other == name) => {
                faults.push(format!("{name:?} has two capacities"));
            }
            Some(capacity) => capacities.push(capacity),
            None => faults.push(format!("{text:?} is not of the form 'Name=500'")),
        }
    }
    if faults.is_empty() {
        Ok(capacities)
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_a_name_and_whole_minor_units() {
        let read = |text| parse(text).map(|price| (price.name, price.minor));
        assert_eq!(read("Category I=8000"), Ok(("Category I".to_owned(), 8000)));
        assert_eq!(read(" a=b = 0 "), Ok(("a=b".to_owned(), 0)));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "Category I",
            "=5",
            "a=",
            "a=-1",
            "a=1.50",
            "a=1,5",
            "a=1e3",
            "a=x",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("a=1000000001").is_err());
        assert!(parse("a=99999999999999999999").is_err());
    }

    #[test]
    fn a_capacity_is_a_name_and_a_whole_number_once() {
        let read = |typed: &[&str]| {
            parse_capacities(
                &typed
                    .iter()
                    .map(|text| (*text).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(read(&["Floor = 500"]), Ok(vec![("Floor".to_owned(), 500)]));
        for wrong in ["Floor", "=5", "Floor=-1", "Floor=1.5", "Floor="] {
            assert!(read(&[wrong]).is_err(), "{wrong}");
        }
        assert!(read(&["Floor=1", "Floor=2"]).is_err());
    }

    #[test]
    fn a_name_with_two_prices_is_refused() {
        let typed = ["a=1".to_owned(), "b=1".to_owned(), "a=2".to_owned()];
        assert_eq!(
            parse_all(&typed),
            Err(vec!["\"a\" has two prices".to_owned()])
        );
    }
}
