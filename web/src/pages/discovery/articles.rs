//! The blog: a list by category, and articles. Their Markdown is rendered here, and cleaned.

use std::collections::HashSet;

use actix_web::{HttpResponse, web};
use ammonia::Builder;
use documents::poster::Format;
use pulldown_cmark::{Options, Parser, html};
use serde::{Deserialize, Serialize};
use store::discovery::Named;

use super::cards::{Card, Teaser, art};
use super::view::{Feed, Head, Link, View};
use super::{moved, structured};
use crate::discovery::Article;
use crate::error::{Answer, Problem};

/// How many articles a page has.
const PAGE_ARTICLES: usize = 12;

/// Which articles.
#[derive(Deserialize)]
pub struct Query {
    #[serde(default)]
    category: String,
    #[serde(default)]
    page: String,
}

#[derive(Serialize)]
struct Blog {
    heading: String,
    categories: Vec<Category>,
    articles: Vec<Teaser>,
    feed: String,
    back: Option<String>,
    next: Option<String>,
}

#[derive(Serialize)]
struct Category {
    #[serde(flatten)]
    link: Link,
    is_chosen: bool,
}

#[derive(Serialize)]
struct ArticlePage {
    title: String,
    summary: String,
    category: Link,
    author: String,
    date: String,
    machine: String,
    language: String,
    picture: String,
    html: String,
    events: Vec<Card>,
    more: Vec<Teaser>,
}

/// The list.
pub async fn list(view: View, query: web::Query<Query>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    keep_until_next(&view);
    let categories = &view.catalogue.article_categories;
    let chosen = categories
        .iter()
        .position(|category| category.slug == query.category);
    if chosen.is_none() && !query.category.is_empty() {
        return Err(Problem::not_found());
    }
    let fitting = view.catalogue.published(view.now);
    let fitting =
        fitting.filter(|(_, article)| chosen.is_none_or(|chosen| article.category == chosen));
    let all: Vec<&Article> = fitting.map(|(_, article)| article).collect();
    let pages = all.len().div_ceil(PAGE_ARTICLES).max(1);
    let page = query
        .page
        .parse()
        .ok()
        .filter(|page| *page > 0)
        .unwrap_or(1);
    if page > pages {
        return Err(Problem::not_found());
    }
    let slug = chosen.map(|index| categories[index].slug.as_str());
    let speech = view.speech();
    let heading = chosen.map_or_else(
        || speech.say("blog-title"),
        |index| categories[index].name.clone(),
    );
    let blog = Blog {
        categories: kinds(&view, chosen),
        articles: all
            .iter()
            .skip((page - 1) * PAGE_ARTICLES)
            .take(PAGE_ARTICLES)
            .map(|article| view.teaser(article))
            .collect(),
        feed: "/blog/feed.xml".to_owned(),
        back: (page > 1).then(|| view.link(&place(slug, page - 1))),
        next: (page < pages).then(|| view.link(&place(slug, page + 1))),
        heading: heading.clone(),
    };
    let head = Head {
        title: heading,
        description: speech.say("blog-intro"),
        place: Some(place(slug, page)),
        data: vec![structured::crumbs(
            &view,
            &[(&speech.say("blog-title"), "/blog")],
        )],
        feeds: vec![feed(&view)],
        ..Head::default()
    };
    view.page("pages/public/blog.html", &head, &blog)
}

/// The kinds of articles, and all of them together.
fn kinds(view: &View, chosen: Option<usize>) -> Vec<Category> {
    let all = Category {
        link: Link {
            name: view.speech().say("blog-all"),
            href: view.link("/blog"),
        },
        is_chosen: chosen.is_none(),
    };
    let kinds = view.catalogue.article_categories.iter().enumerate();
    let kinds = kinds.map(|(index, row)| Category {
        link: Link {
            name: row.name.clone(),
            href: view.link(&place(Some(&row.slug), 1)),
        },
        is_chosen: chosen == Some(index),
    });
    std::iter::once(all).chain(kinds).collect()
}

/// The address of a page of the list.
fn place(category: Option<&str>, page: usize) -> String {
    let parts = [
        category.map(|slug| format!("category={slug}")),
        (page > 1).then(|| format!("page={page}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        "/blog".to_owned()
    } else {
        format!("/blog?{}", parts.join("&"))
    }
}

/// One article.
pub async fn show(view: View, slug: web::Path<String>) -> Answer<HttpResponse> {
    if let Some(kept) = view.kept() {
        return Ok(kept);
    }
    keep_until_next(&view);
    let Some(index) = view.catalogue.named(Named::Article, &slug) else {
        let address = |catalogue: &crate::discovery::Catalogue, index: usize| {
            format!("/blog/{}", catalogue.articles[index].row.slug)
        };
        return moved(&view, Named::Article, &slug, address).await;
    };
    let article = &view.catalogue.articles[index];
    if domain::Timestamp::from(article.row.published_at) > view.now {
        return Err(Problem::not_found());
    }
    let category = &view.catalogue.article_categories[article.category];
    let start = view.catalogue.to_come(view.now);
    let events = article.events.iter().map(|event| {
        let sessions = view.catalogue.events[*event].sessions.iter().copied();
        let sessions: Vec<usize> = sessions.filter(|session| *session >= start).collect();
        view.card(*event, &sessions)
    });
    let others = view
        .catalogue
        .published(view.now)
        .filter(|(other, _)| *other != index);
    let row = &article.row;
    let page = ArticlePage {
        title: row.title.clone(),
        summary: row.summary.clone(),
        category: Link {
            name: category.name.clone(),
            href: view.link(&format!("/blog?category={}", category.slug)),
        },
        author: row.author.clone(),
        date: view.speech().date(row.published_at.date_naive()),
        machine: row.published_at.to_rfc3339(),
        language: row.language.clone(),
        picture: art(&view.article_poster(article), Format::Wide),
        html: rendered(&row.body),
        events: events.collect(),
        more: others
            .take(3)
            .map(|(_, other)| view.teaser(other))
            .collect(),
    };
    let head = Head {
        title: row.title.clone(),
        description: row.summary.clone(),
        place: Some(format!("/blog/{}", row.slug)),
        picture: Some(art(&view.article_poster(article), Format::Shared)),
        kind: "article",
        data: structured::article(&view, article),
        feeds: vec![feed(&view)],
        ..Head::default()
    };
    view.page("pages/public/article.html", &head, &page)
}

fn keep_until_next(view: &View) {
    if let Some(next) = view.catalogue.next_article_at(view.now) {
        view.valid_until(next);
    }
}

fn feed(view: &View) -> Feed {
    Feed {
        media_type: "application/rss+xml",
        title: view.speech().say("blog-title"),
        href: "/blog/feed.xml".to_owned(),
    }
}

/// Markdown as HTML that can do no harm: known elements without styles, scripts or foreign pictures, and headings
/// that begin below the page's own.
#[must_use]
pub fn rendered(markdown: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_SMART_PUNCTUATION;
    let mut raw = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut raw, Parser::new_ext(markdown, options));
    let raw = raw.replace("<h1>", "<h2>").replace("</h1>", "</h2>");
    let tags: HashSet<&str> = [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]
    .into();
    let clean = Builder::default()
        .tags(tags)
        .tag_attributes([("a", HashSet::from(["href"]))].into())
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener nofollow"))
        .clean(&raw)
        .to_string();
    // A table may be wider than a phone: it scrolls by itself, with the keyboard too.
    clean
        .replace("<table>", "<div class=\"scroll\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html_that_can_do_no_harm() {
        let text = "# Top\n\nA **word** <script>alert(1)</script><img src=x onerror=alert(1)> \
                    [here](javascript:alert(1)) [there](https://a.example \"t\") <p style=\"color:red\" onclick=\"x()\">p</p>";
        let html = rendered(text);
        assert!(
            html.contains("<h2>Top</h2>") && html.contains("<strong>word</strong>"),
            "{html}"
        );
        assert!(
            html.contains("<a href=\"https://a.example\" rel=\"noopener nofollow\">there</a>"),
            "{html}"
        );
        for evil in [
            "<script",
            "<img",
            "javascript:",
            "style=",
            "onclick",
            "onerror",
        ] {
            assert!(!html.contains(evil), "{evil}: {html}");
        }
    }
}
