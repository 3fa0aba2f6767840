/* A bundle of folders and files to disk, and nothing else: the least that writing a site can cost. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char **arguments) {
    FILE *bundle = count == 2 ? fopen(arguments[1], "rb") : NULL;
    char kind, path[4096];
    size_t length, size;
    static char bytes[1 << 22];
    if (!bundle) return 2;
    while (fscanf(bundle, "%c %zu %zu", &kind, &length, &size) == 3) {
        if (fgetc(bundle) != '\n' || length >= sizeof path || size > sizeof bytes) return 2;
        if (fread(path, 1, length, bundle) != length || fread(bytes, 1, size, bundle) != size) return 2;
        path[length] = 0;
        if (kind == 'd') {
            if (mkdir(path, 0777)) return 1;
            continue;
        }
        int file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        if (file < 0 || write(file, bytes, size) != (ssize_t)size || close(file)) return 1;
    }
    return 0;
}
