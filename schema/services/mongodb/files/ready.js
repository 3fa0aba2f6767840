// Is the member a primary or a secondary of the set?
const hello = new Mongo("mongodb://127.0.0.1:27017/?directConnection=true").getDB("admin").runCommand({ hello: 1 });
quit(hello.isWritablePrimary || hello.secondary ? 0 : 1);
