use store::people::{NewAccount, insert_account};

use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

async fn with_account(pool: &PgPool, roles: &[&str]) -> AccountId {
    let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    let account = NewAccount {
        email: "Ada@Example.org",
        name: "Ada",
        password_hash: &hash_password("right horse"),
        roles: &roles,
        created_at: NOW,
    };
    insert_account(pool, &account).await.unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn the_right_password_signs_in_whatever_the_case_of_the_address(pool: PgPool) {
    let account_id = with_account(&pool, &["ADMIN"]).await;
    let login = log_in_at(&pool, " ada@example.ORG", "right horse", NOW)
        .await
        .unwrap();
    let found = signed_in_at(&pool, &login.token, NOW).await.unwrap();
    assert_eq!(found.as_ref(), Some(&login.signed_in));
    assert_eq!(login.signed_in.account_id, account_id);
    assert_eq!(login.signed_in.roles(), ["admin"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn wrong_passwords_and_unknown_or_impossible_addresses_are_told_apart_by_nothing(
    pool: PgPool,
) {
    with_account(&pool, &[]).await;
    let long = "x".repeat(CREDENTIAL_BYTES_MAX + 1);
    let attempts = [
        ("ada@example.org", "wrong horse"),
        ("ada@example.org", ""),
        ("ada@example.org", long.as_str()),
        ("bob@example.org", "right horse"),
        ("bob@example.org", "nobody's password"),
        ("", ""),
        ("a\0da@example.org", "right horse"),
    ];
    for (email, password) in attempts {
        let refused = log_in_at(&pool, email, password, NOW).await.unwrap_err();
        assert!(matches!(refused, LoginError::WrongCredentials), "{email:?}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn an_account_without_a_password_is_signed_in_by_none(pool: PgPool) {
    with_account(&pool, &[]).await;
    sqlx::query!("update account set password_hash = null")
        .execute(&pool)
        .await
        .unwrap();
    for password in ["", "right horse", "nobody's password"] {
        let refused = log_in_at(&pool, "ada@example.org", password, NOW)
            .await
            .unwrap_err();
        assert!(
            matches!(refused, LoginError::WrongCredentials),
            "{password:?}"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_login_ends_by_itself_after_twelve_hours(pool: PgPool) {
    with_account(&pool, &[]).await;
    let login = log_in_at(&pool, "ada@example.org", "right horse", NOW)
        .await
        .unwrap();
    let last = Timestamp(NOW.0 + 12 * 3_600_000 - 1);
    assert!(
        signed_in_at(&pool, &login.token, last)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        signed_in_at(&pool, &login.token, Timestamp(last.0 + 1))
            .await
            .unwrap()
            .is_none()
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_login_that_was_ended_signs_nobody_in(pool: PgPool) {
    with_account(&pool, &[]).await;
    let login = log_in_at(&pool, "ada@example.org", "right horse", NOW)
        .await
        .unwrap();
    store::people::end_login(&pool, &token_hash(&login.token), NOW)
        .await
        .unwrap();
    assert!(
        signed_in_at(&pool, &login.token, NOW)
            .await
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_password_is_stored_as_argon2id_with_a_salt_of_its_own() {
    let (first, second) = (hash_password("same"), hash_password("same"));
    assert!(first.starts_with("$argon2id$"), "{first}");
    assert_ne!(first, second);
}

#[test]
fn a_stored_hash_that_is_damaged_admits_nobody() {
    assert!(!verifies("", ""));
    assert!(!verifies("nobody", "$argon2id$v=19$m=1"));
}
