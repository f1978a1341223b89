/* SPDX-License-Identifier: BSD-3-Clause */
/* Memory of any size is aligned as its use needs it, and all of it is there. */
#include <stdlib.h>
#include <string.h>

#include "base/pages.h"
#include "unit.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define MB ((size_t)1 << 20)

static const struct {
	size_t size, alignment;
} sizes[] = { { 1, 64 }, { 64, 64 }, { 100001, 64 }, { 2 * MB - 1, 64 }, { 2 * MB, 2 * MB }, { 5 * MB + 7, 2 * MB } };

START_TEST(any_size)
{
	uint8_t *memory = pages_alloc(sizes[_i].size);

	ck_assert_ptr_nonnull(memory);
	ck_assert_uint_eq((uintptr_t)memory % sizes[_i].alignment, 0);
	memset(memory, 0xa5, sizes[_i].size);
	ck_assert_uint_eq(memory[0], 0xa5);
	ck_assert_uint_eq(memory[sizes[_i].size - 1], 0xa5);
	free(memory);
}
END_TEST

Suite *
unit_suite(void)
{
	Suite *suite = suite_create("pages");
	TCase *tcase = tcase_create("alloc");

	tcase_add_loop_test(tcase, any_size, 0, COUNT(sizes));
	suite_add_tcase(suite, tcase);
	return suite;
}
