//! The commands that do one thing and end.

pub mod money;

use std::fmt::Display;
use std::os::unix::process::CommandExt as _;
use std::process;

use actors::Clock;
use domain::Timestamp;
use operations::demo_house::{self, DemoHouse};
use operations::houses::House;
use operations::import_plan::ImportPlan;
use sqlx::ConnectOptions as _;

use crate::command_line::{GeneratePlanOptions, ImportPlanOptions, PutOnSaleOptions};
use crate::configuration::Configuration;
use crate::database::Database;
use crate::failure::Failure;
use crate::{postgres, say};

/// Brings the schema up to date, which opening the database does.
pub async fn migrate(configuration: &Configuration) -> Result<(), Failure> {
    let database = Database::open(configuration).await?;
    say("The database's schema is up to date.");
    database.close().await
}

/// Loads the demo house.
pub async fn demo(configuration: &Configuration) -> Result<(), Failure> {
    let database = Database::open(configuration).await?;
    let loaded = demo_house::load(&database.pool, Clock::System.now()).await;
    let town = demo_house::load_town(&database.pool, Clock::System.now()).await;
    database.close().await?;
    say_demo(configuration, &loaded?);
    town?;
    Ok(())
}

/// Prints what there is to see in the demo and whom to sign in as.
pub fn say_demo(configuration: &Configuration, house: &DemoHouse) {
    say("Pages:");
    for session in &house.sessions {
        let address = session_address(configuration, session.session_id);
        say(format_args!(
            "  {address}  {}, {}",
            session.title,
            minute(session.starts_at)
        ));
        if session.on_sale_from > Clock::System.now() {
            say(format_args!(
                "    on sale from {}",
                minute(session.on_sale_from)
            ));
        }
    }
    say("Sign in as:");
    for login in &house.logins {
        say(format_args!(
            "  {}  {}  ({})",
            login.email, login.password, login.part
        ));
    }
}

/// Takes over a seating plan and prints what was read.
pub async fn import_plan(
    configuration: &Configuration,
    options: ImportPlanOptions,
) -> Result<(), Failure> {
    let request = ImportPlan::from(options);
    let database = Database::open(configuration).await?;
    let imported = operations::import_plan::import_plan(&database.pool, &request).await;
    database.close().await?;
    let imported = imported?;
    say(&imported.report);
    say(format_args!("venue: {}", imported.slug));
    Ok(())
}

/// Prints the plan of a generated house, or its prices. It needs no database.
pub fn generate_plan(options: &GeneratePlanOptions) {
    let house = House::from(options.house);
    if options.prices {
        say(house.prices().join("\n"));
    } else {
        say(house.plan(options.seats.unwrap_or(house.seats())));
    }
}

/// Puts a performance on sale and prints where.
pub async fn put_on_sale(
    configuration: &Configuration,
    options: PutOnSaleOptions,
) -> Result<(), Failure> {
    let request = options.into_request(Clock::System.now());
    let database = Database::open(configuration).await?;
    let published = operations::publish::put_on_sale(&database.pool, &request).await;
    database.close().await?;
    let published = published?;
    say(format_args!(
        "{} seats, {} standing places",
        published.seats, published.standing_places
    ));
    say(format_args!("session: {}", published.session_id));
    say(session_address(configuration, published.session_id));
    Ok(())
}

/// Becomes psql on the database.
pub fn psql(configuration: &Configuration, arguments: &[String]) -> Result<(), Failure> {
    let command = match &configuration.database {
        Some(options) => vec!["psql".to_owned(), options.to_url_lossy().to_string()],
        None => postgres::psql_if_running(
            &configuration.data_dir,
            configuration.postgres_bin.as_deref(),
        )?
        .ok_or(Failure::PostgresNotRunning)?,
    };
    let mut words = command.iter();
    let program = words.next().expect("the command has a program");
    let error = process::Command::new(program)
        .args(words)
        .args(arguments)
        .exec();
    Err(Failure::system("cannot run psql")(error))
}

fn minute(instant: Timestamp) -> impl Display {
    instant.to_datetime().format("%Y-%m-%d %H:%M UTC")
}

fn session_address(configuration: &Configuration, session: domain::SessionId) -> String {
    format!("{}/sessions/{session}", configuration.public_url)
}
