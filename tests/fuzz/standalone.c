/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs a fuzz target over the files of its corpus, without libFuzzer: for every compiler, in every test run. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

#define LARGEST_INPUT (1 << 20)

/* In a buffer of exactly its size, so that a sanitizer sees a read past it. */
static void
run_file(const char *path)
{
	static uint8_t bytes[LARGEST_INPUT];
	FILE *file = fopen(path, "rb");
	uint8_t *exact;
	size_t size;

	require(file != NULL, path);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	exact = malloc(size + 1);
	require(exact != NULL, "memory");
	memcpy(exact + 1, bytes, size);
	LLVMFuzzerTestOneInput(exact + 1, size);
	free(exact);
}

static unsigned int
run_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	unsigned int count = 0;

	require(directory != NULL, path);
	while ((entry = readdir(directory)) != NULL) {
		char file[1024];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		run_file(file);
		count++;
	}
	closedir(directory);
	return count;
}

int
main(int argc, char **argv)
{
	unsigned int count = 0;

	for (int i = 1; i < argc; i++)
		count += run_directory(argv[i]);
	printf("%u inputs\n", count);
	return count == 0;
}
