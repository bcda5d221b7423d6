//! The servers themselves, so that a test which fails on them does not look like a failure of the product.

use sqlx::{Connection, PgConnection};

use super::{PgServer, PrivateRedis, RedisServer, TestDatabase, postgres, private_redis, redis};

async fn filled(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql("create table note (id int); insert into note values (7)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn copy(server: &PgServer) -> TestDatabase {
    server.database("copy", filled).await
}

#[tokio::test]
async fn each_test_gets_its_own_copy_of_the_filled_database() {
    let Some(server) = postgres().await else { return };
    let one = copy(&server).await;
    let other = server
        .database("copy", async |_: &str| panic!("the template is filled once"))
        .await;
    let mut mine = PgConnection::connect(one.url()).await.unwrap();
    sqlx::query("delete from note").execute(&mut mine).await.unwrap();
    let mut yours = PgConnection::connect(other.url()).await.unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from note")
        .fetch_one(&mut yours)
        .await
        .unwrap();
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn a_database_is_gone_after_its_test_even_with_connections_open() {
    let Some(server) = postgres().await else { return };
    let database = server.database("gone", filled).await;
    let url = database.url().to_owned();
    let _open = PgConnection::connect(&url).await.unwrap();
    drop(database);
    assert!(PgConnection::connect(&url).await.is_err());
}

#[tokio::test]
async fn two_tests_that_want_the_same_template_at_once_share_it() {
    let Some(server) = postgres().await else { return };
    let (one, other) = tokio::join!(
        server.database("shared", filled),
        server.database("shared", filled)
    );
    assert_ne!(one.url(), other.url());
}

#[tokio::test]
async fn each_test_gets_its_own_prefix_on_the_shared_redis() {
    let Some(server) = redis().await else { return };
    assert_ne!(server.prefix(), server.prefix());
    let key = format!("{}key", server.prefix());
    assert_eq!(set(&server, &key).await, "OK");
}

#[tokio::test]
async fn a_private_redis_can_be_killed_and_comes_back_empty() {
    let Some(mut server) = private_redis().await else {
        return;
    };
    assert!(!exists(&server).await.unwrap());
    server.kill();
    assert!(exists(&server).await.is_err());
    server.restart().await;
    assert!(!exists(&server).await.unwrap());
}

async fn set(server: &RedisServer, key: &str) -> String {
    let mut connection = redis::Client::open(server.url())
        .unwrap()
        .get_multiplexed_async_connection()
        .await
        .unwrap();
    redis::cmd("SET")
        .arg(key)
        .arg(1)
        .arg("PX")
        .arg(1000)
        .query_async(&mut connection)
        .await
        .unwrap()
}

async fn exists(server: &PrivateRedis) -> redis::RedisResult<bool> {
    let client = redis::Client::open(server.url())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let before = redis::cmd("EXISTS").arg("key").query_async(&mut connection).await;
    redis::cmd("SET")
        .arg("key")
        .arg(1)
        .query_async::<()>(&mut connection)
        .await?;
    before
}
