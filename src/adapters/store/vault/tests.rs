use super::keyring::fake::FakeKeyring;
use super::*;

fn home() -> (tempfile::TempDir, Home, Db) {
    let dir = tempfile::tempdir().unwrap();
    let home = Home::at(&dir.path().join("home"));
    let db = Db::open(&home).unwrap();
    (dir, home, db)
}

/// Answers with these, in order, and remembers what was asked.
struct Person {
    answers: Mutex<Vec<&'static str>>,
    asked: Mutex<Vec<Question>>,
}

impl Person {
    fn who_says(answers: &[&'static str]) -> Arc<Self> {
        Arc::new(Person {
            answers: Mutex::new(answers.iter().rev().copied().collect()),
            asked: Mutex::new(Vec::new()),
        })
    }
    fn was_asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }
}

impl AskPassphrase for Person {
    fn ask(&self, question: Question) -> Option<Passphrase> {
        self.asked.lock().unwrap().push(question);
        let answer = self.answers.lock().unwrap().pop()?;
        Some(Passphrase::new(answer.into()))
    }
}

fn with_file(home: &Home, passphrase: &str) -> Vault {
    let access = VaultAccess::PassphraseFile(Passphrase::new(passphrase.into()));
    // A keyring that must not be called.
    let keyring = Arc::new(FakeKeyring::default());
    *keyring.broken.lock().unwrap() = true;
    Vault::with_keyring(home.clone(), access, keyring)
}

fn with_person(home: &Home, keyring: &Arc<FakeKeyring>, person: &Arc<Person>) -> Vault {
    Vault::with_keyring(
        home.clone(),
        VaultAccess::Ask(person.clone()),
        keyring.clone(),
    )
}

/// Whether two keys are one.
fn same(a: &VaultKey, b: &VaultKey) -> bool {
    let binding = Binding::new(&[b"same?"]);
    let sealed = a.seal(&binding, b"x").unwrap();
    b.open(&binding, &sealed).is_ok()
}

fn kind(db: &Db) -> Option<String> {
    db.read(|conn| {
        Ok(conn
            .query_row("SELECT kind FROM vault", [], |row| row.get(0))
            .optional()?)
    })
    .unwrap()
}

#[test]
fn a_passphrase_file_sets_the_vault_of_an_empty_home_and_opens_it_again() {
    let (_dir, home, db) = home();
    let first = with_file(&home, "secret").key(&db).unwrap();
    let again = with_file(&home, "secret").key(&db).unwrap();
    assert!(same(&first, &again));
    let wrong = with_file(&home, "other").key(&db).err();
    assert_eq!(wrong, Some(StoreFailure::WrongPassphrase));
    let none = with_file(&home, "").key(&db).err();
    assert_eq!(none, Some(StoreFailure::WrongPassphrase));
}

#[test]
fn an_empty_passphrase_sets_nothing() {
    let (_dir, home, db) = home();
    let refused = with_file(&home, "").key(&db).err();
    assert_eq!(refused, Some(StoreFailure::VaultLocked));
    assert_eq!(kind(&db), None);
}

#[test]
fn a_new_home_takes_the_keyring_and_asks_nobody() {
    let (_dir, home, db) = home();
    let (keyring, person) = (Arc::default(), Person::who_says(&[]));
    let first = with_person(&home, &keyring, &person).key(&db).unwrap();
    let again = with_person(&home, &keyring, &person).key(&db).unwrap();
    assert!(same(&first, &again));
    assert_eq!(kind(&db).as_deref(), Some("keyring"));
    assert_eq!(person.was_asked(), []);
    let file = with_file(&home, "secret").key(&db).err();
    assert_eq!(file, Some(StoreFailure::VaultInKeyring));
}

#[test]
fn without_a_keyring_a_new_home_asks() {
    let (_dir, home, db) = home();
    let keyring = Arc::new(FakeKeyring::default());
    *keyring.broken.lock().unwrap() = true;
    let nobody = Person::who_says(&[]);
    let locked = with_person(&home, &keyring, &nobody).key(&db).err();
    assert_eq!(locked, Some(StoreFailure::VaultLocked));
    assert_eq!(nobody.was_asked(), [Question::NewVault]);

    let person = Person::who_says(&["secret", "wrong", "secret"]);
    let first = with_person(&home, &keyring, &person).key(&db).unwrap();
    let again = with_person(&home, &keyring, &person).key(&db).unwrap();
    assert!(same(&first, &again));
    use Question::{NewVault, OpenVault, OpenVaultAgain};
    assert_eq!(person.was_asked(), [NewVault, OpenVault, OpenVaultAgain]);

    let forgetful = Person::who_says(&["a", "b", "c", "secret"]);
    let refused = with_person(&home, &keyring, &forgetful).key(&db).err();
    assert_eq!(refused, Some(StoreFailure::WrongPassphrase));
    assert_eq!(forgetful.was_asked().len(), TRIES);
}

#[test]
fn a_person_is_asked_once_for_many_threads() {
    let (_dir, home, db) = home();
    let keyring = Arc::new(FakeKeyring::default());
    *keyring.broken.lock().unwrap() = true;
    let person = Person::who_says(&["secret"]);
    let vault = with_person(&home, &keyring, &person);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| vault.key(&db).unwrap());
        }
    });
    assert_eq!(person.was_asked().len(), 1);
}

#[test]
fn a_lost_or_wrong_keyring_entry_is_said_and_never_replaced() {
    let (_dir, home, db) = home();
    let keyring = Arc::new(FakeKeyring::default());
    let person = Person::who_says(&["secret"]);
    with_person(&home, &keyring, &person).key(&db).unwrap();

    let open = || with_person(&home, &keyring, &person).key(&db).err();
    let entry = keyring.entries.lock().unwrap().clone();
    keyring.entries.lock().unwrap().clear();
    assert_eq!(open(), Some(StoreFailure::KeyringMismatch));
    assert!(keyring.entries.lock().unwrap().is_empty());

    for wrong in [vec![0; 32], vec![1, 2, 3], vec![]] {
        let mut entries = keyring.entries.lock().unwrap();
        entries.extend(entry.keys().map(|name| (name.clone(), wrong.clone())));
        drop(entries);
        assert_eq!(open(), Some(StoreFailure::KeyringMismatch));
    }

    *keyring.broken.lock().unwrap() = true;
    assert_eq!(
        open(),
        Some(StoreFailure::KeyringUnavailable("broken".into()))
    );
    assert_eq!(person.was_asked(), []);
    *keyring.broken.lock().unwrap() = false;
    *keyring.entries.lock().unwrap() = entry;
    assert_eq!(open(), None);
}

#[test]
fn a_crash_between_keyring_and_database_leaves_a_key_that_is_taken_up() {
    let (_dir, home, db) = home();
    let keyring = Arc::new(FakeKeyring::default());
    let person = Person::who_says(&[]);
    let name = db.read(home_name).unwrap();
    // What stands there after the crash.
    let left = make_key().unwrap();
    keyring.save(&name, &left).unwrap();
    let key = with_person(&home, &keyring, &person).key(&db).unwrap();
    assert!(same(&key, &VaultKey::from_bytes(left.expose()).unwrap()));
}

#[test]
fn two_processes_at_once_make_one_vault() {
    for _ in 0..10 {
        let (_dir, home, db) = home();
        let keyring = Arc::new(FakeKeyring::default());
        let person = Person::who_says(&[]);
        let keys: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        let db = Db::open(&home).unwrap();
                        with_person(&home, &keyring, &person).key(&db).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| same(key, &keys[0])));
        let after = with_person(&home, &keyring, &person).key(&db).unwrap();
        assert!(same(&after, &keys[0]));
    }
}

#[test]
fn two_passphrases_at_once_make_one_vault() {
    let (_dir, home, db) = home();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = ["one", "two"]
            .map(|passphrase| {
                let home = &home;
                scope.spawn(move || {
                    let db = Db::open(home).unwrap();
                    with_file(home, passphrase).key(&db).is_ok()
                })
            })
            .into_iter()
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 1);
    assert_eq!(kind(&db).as_deref(), Some("passphrase"));
}

#[test]
fn attack_storage_altered_vault_row_is_noticed() {
    let (_dir, home, db) = home();
    with_file(&home, "secret").key(&db).unwrap();
    for (sql, failure) in [
        ("kib = 8", StoreFailure::WrongPassphrase),
        ("kib = 4000000000", damaged("the vault's parameters")),
        (
            "kib = 40000000000",
            damaged(home.database().display().to_string()),
        ),
        ("proof = x'00'", damaged("the vault's proof")),
    ] {
        db.write(|tx| {
            tx.execute_batch("CREATE TABLE kept AS SELECT * FROM vault")?;
            Ok(tx.execute(&format!("UPDATE vault SET {sql}"), [])?)
        })
        .unwrap();
        let refused = with_file(&home, "secret").key(&db).err();
        assert_eq!(refused, Some(failure), "{sql}");
        let back = "DELETE FROM vault; INSERT INTO vault SELECT * FROM kept; DROP TABLE kept";
        db.write(|tx| Ok(tx.execute_batch(back)?)).unwrap();
    }
    assert!(with_file(&home, "secret").key(&db).is_ok());
}
