//! Stripe's parameters: form fields with brackets, `metadata[order]=7`, `expand[]=latest_charge`.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::refusal::Refusal;

/// The fields of one request, in the order in which they came.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a query or a body.
    pub fn parse(text: &str) -> Result<Self, Box<Refusal>> {
        serde_urlencoded(text)
            .map(Self)
            .ok_or_else(|| Refusal::invalid("The parameters cannot be read as a form.", None))
    }

    /// A field's text. An empty one counts as absent, as it does at Stripe.
    pub fn text(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().rev().find(|(field, _)| field == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub fn required(&self, name: &str) -> Result<&str, Box<Refusal>> {
        self.text(name).ok_or_else(|| Refusal::missing(name))
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, Box<Refusal>> {
        let parse = |text: &str| {
            text.parse()
                .map_err(|_| Refusal::invalid(format!("Not a whole number: {text}"), Some(name)))
        };
        self.text(name).map(parse).transpose()
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.text(name) == Some("true")
    }

    /// The values of `name[]` or `name[0]`, `name[1]`, …
    pub fn list(&self, name: &str) -> Vec<&str> {
        self.under(name).map(|(_, value)| value).collect()
    }

    /// What `name[key]` says for each key. An empty value is kept: it takes a key away.
    pub fn map(&self, name: &str) -> BTreeMap<String, String> {
        self.under(name)
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    /// Whether `name`, or anything within it, is given.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| root(field) == name)
    }

    /// Whether anything within `name` is given, which may itself be within something.
    pub fn has_under(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| {
            field
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('['))
        })
    }

    /// Refuses fields that the endpoint does not know.
    pub fn only(&self, known: &[&str]) -> Result<(), Box<Refusal>> {
        /// Any request may have these.
        const ALWAYS: [&str; 2] = ["expand", "key"];
        let unknown = self
            .0
            .iter()
            .map(|(field, _)| root(field))
            .find(|name| !known.contains(name) && !ALWAYS.contains(name));
        unknown.map_or(Ok(()), |name| Err(Refusal::unknown_parameter(name)))
    }

    /// The same for the same fields, in whatever order.
    pub fn fingerprint(&self, path: &str) -> [u8; 32] {
        let mut fields: Vec<_> = self.0.iter().collect();
        fields.sort();
        let mut hash = Sha256::new_with_prefix(path);
        for (name, value) in fields {
            // Lengths, so that no two lists of fields read alike.
            hash.update(name.len().to_le_bytes());
            hash.update(name);
            hash.update(value.len().to_le_bytes());
            hash.update(value);
        }
        hash.finalize().into()
    }

    fn under(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(move |(field, value)| {
            let key = field.strip_prefix(name)?.strip_prefix('[')?;
            Some((key.strip_suffix(']')?, value.as_str()))
        })
    }
}

/// `metadata` of `metadata[order]`.
fn root(field: &str) -> &str {
    field.split('[').next().unwrap_or(field)
}

fn serde_urlencoded(text: &str) -> Option<Vec<(String, String)>> {
    actix_web::web::Query::<Vec<(String, String)>>::from_query(text)
        .ok()
        .map(actix_web::web::Query::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_lists_and_maps() {
        let form =
            Form::parse("amount=12&metadata[a]=1&metadata%5Bb%5D=x%20y&expand[]=latest_charge")
                .unwrap();
        assert_eq!(form.integer("amount").unwrap(), Some(12));
        assert_eq!(form.map("metadata")["b"], "x y");
        assert_eq!(form.list("expand"), ["latest_charge"]);
        assert!(form.has("metadata") && !form.has("meta"));
    }

    #[test]
    fn a_field_that_the_endpoint_does_not_know_is_refused() {
        let form = Form::parse("amount=12&amuont=13&expand[]=x").unwrap();
        let refusal = form.only(&["amount"]).unwrap_err();
        assert_eq!(refusal.code, Some("parameter_unknown"));
        assert_eq!(refusal.param.as_deref(), Some("amuont"));
    }

    #[test]
    fn the_same_fields_in_another_order_have_the_same_fingerprint() {
        let print = |text| Form::parse(text).unwrap().fingerprint("/v1/refunds");
        assert_eq!(print("a=1&b=2"), print("b=2&a=1"));
        assert_ne!(print("a=1&b=2"), print("a=1&b=3"));
        assert_ne!(print("ab=1"), print("a=b1"));
    }
}
