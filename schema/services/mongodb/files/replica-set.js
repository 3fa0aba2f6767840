// Makes the replica set and its administrator once; the other members learn both from the first. Then it waits.
// https://www.mongodb.com/docs/v7.0/tutorial/deploy-replica-set-with-keyfile-access-control/
const hosts = process.env.TACO_MEMBERS.split(",");
const password = fs.readFileSync("/run/secrets/admin/password", "utf8");

function make() {
  const connection = new Mongo("mongodb://127.0.0.1:27017/?directConnection=true");
  const admin = connection.getDB("admin");
  const hello = admin.runCommand({ hello: 1 });
  if (!hello.setName) {
    const members = hosts.map((host, _id) => ({ _id, host }));
    admin.runCommand({ replSetInitiate: { _id: "rs0", members } });
    return false;
  }
  if (!hello.isWritablePrimary) {
    return hello.secondary;
  }
  try {
    admin.createUser({ user: "admin", pwd: password, roles: [{ role: "root", db: "admin" }] });
  } catch (error) {
    // There are users, so the server takes no more without a login.
    return error.codeName === "Unauthorized";
  }
  return true;
}

function attempt() {
  try {
    return make();
  } catch (error) {
    print(`replica-set: ${error.message}`);
    return false;
  }
}

while (process.env.POD_NAME.endsWith("-0") && !attempt()) {
  sleep(5000);
}
for (;;) {
  sleep(3600000);
}
