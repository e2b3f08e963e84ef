//! What the parts of a document are, for those who have it read to them: tagged PDF (ISO 32000-1, 14.8).

use lopdf::{Dictionary, Document, Object, ObjectId, dictionary};

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Heading,
    Paragraph,
    Figure,
}

/// A part of a page, in reading order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub role: Role,
    /// What a picture shows, in words.
    pub alternative: Option<String>,
}

impl Role {
    pub fn tag(self) -> &'static str {
        match self {
            Self::Heading => "H1",
            Self::Paragraph => "P",
            Self::Figure => "Figure",
        }
    }
}

/// Adds the document's language, its title in the window, and the tree of its parts: a list for each page.
pub fn add(document: &mut Document, pages: &[Vec<Part>], language: &str) {
    let root = document.new_object_id();
    let whole = document.new_object_id();
    let page_ids: Vec<ObjectId> = document.get_pages().into_values().collect();
    let (mut kids, mut parents) = (Vec::new(), Vec::new());
    for ((page, parts), number) in page_ids.into_iter().zip(pages).zip(0_i64..) {
        let elements = elements(document, whole, page, parts);
        kids.extend(elements.iter().cloned());
        parents.extend([Object::Integer(number), Object::Array(elements)]);
        if let Ok(page) = document.get_dictionary_mut(page) {
            page.set("StructParents", number);
            page.set("Tabs", "S");
        }
    }
    let tree = dictionary! { "Nums" => parents };
    document.set_object(
        whole,
        dictionary! { "Type" => "StructElem", "S" => "Document", "P" => root, "K" => kids },
    );
    document.set_object(
        root,
        dictionary! { "Type" => "StructTreeRoot", "K" => whole, "ParentTree" => tree },
    );
    if let Ok(catalog) = document.catalog_mut() {
        catalog.set("Lang", Object::string_literal(language));
        catalog.set("MarkInfo", dictionary! { "Marked" => true });
        catalog.set(
            "ViewerPreferences",
            dictionary! { "DisplayDocTitle" => true },
        );
        catalog.set("StructTreeRoot", root);
    }
    "1.7".clone_into(&mut document.version);
}

fn elements(
    document: &mut Document,
    whole: ObjectId,
    page: ObjectId,
    parts: &[Part],
) -> Vec<Object> {
    let elements = parts.iter().zip(0_i64..).map(|(part, number)| {
        let mut element: Dictionary = dictionary! {
            "Type" => "StructElem", "S" => part.role.tag(), "P" => whole, "Pg" => page, "K" => number
        };
        if let Some(alternative) = &part.alternative {
            element.set("Alt", lopdf::text_string(alternative));
        }
        Object::Reference(document.add_object(element))
    });
    elements.collect()
}
