//! Finds the programs of Postgres: in POSTGRES_BIN, on PATH, or where Debian keeps them.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::PostgresError;
use super::home::Home;

/// Where Debian keeps one folder for each major version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// A folder with initdb and postgres of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// The programs to use: those of the cluster's own major version if it exists, else the first found.
    pub fn find(bin_dir: Option<&Path>, home: &Home) -> Result<Self, PostgresError> {
        let candidates = candidates(bin_dir);
        let Some(first) = candidates.first() else {
            return Err(PostgresError::NotInstalled);
        };
        let Some(wanted) = cluster_version(&home.data()) else {
            return Ok(first.clone());
        };
        candidates
            .iter()
            .find(|programs| programs.version() == Some(wanted))
            .cloned()
            .ok_or_else(|| PostgresError::OtherVersion {
                folder: home.data(),
                wanted,
                found: name_versions(&candidates),
            })
    }

    pub fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    pub fn psql(&self) -> PathBuf {
        let own = self.folder.join("psql");
        if own.exists() {
            own
        } else {
            PathBuf::from("psql")
        }
    }

    /// The major version, from `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
    fn version(&self) -> Option<u32> {
        let output = Command::new(self.postgres()).arg("-V").output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let number = text.split_whitespace().nth(2)?;
        number
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()
    }
}

/// What was named is used alone; else PATH comes before Debian's folders, and there the newest first.
fn candidates(bin_dir: Option<&Path>) -> Vec<Programs> {
    let folders = match bin_dir {
        Some(folder) => vec![folder.to_owned()],
        None => path_folders()
            .into_iter()
            .chain(debian_folders(Path::new(DEBIAN_FOLDER)))
            .collect(),
    };
    folders
        .into_iter()
        .map(|folder| Programs { folder })
        .filter(|programs| programs.initdb().is_file() && programs.postgres().is_file())
        .collect()
}

fn path_folders() -> Vec<PathBuf> {
    std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default()
}

fn debian_folders(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut versions: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_by_key(|&version| Reverse(version));
    versions
        .iter()
        .map(|version| parent.join(version.to_string()).join("bin"))
        .collect()
}

fn cluster_version(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION"))
        .ok()?
        .trim()
        .parse()
        .ok()
}

fn name_versions(candidates: &[Programs]) -> String {
    let versions: Vec<String> = candidates
        .iter()
        .filter_map(Programs::version)
        .map(|version| version.to_string())
        .collect();
    versions.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_debians_versions_the_newest_comes_first_by_number() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["9", "15", "17", "notes"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        let folders = debian_folders(parent.path());
        let expected = ["17/bin", "15/bin", "9/bin"].map(|name| parent.path().join(name));
        assert_eq!(folders, expected);
    }

    #[test]
    fn a_folder_that_lacks_one_of_the_programs_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("postgres"), "").unwrap();
        assert_eq!(candidates(Some(folder.path())), []);
        fs::write(folder.path().join("initdb"), "").unwrap();
        assert_eq!(
            candidates(Some(folder.path())),
            [Programs {
                folder: folder.path().to_owned()
            }]
        );
    }
}
