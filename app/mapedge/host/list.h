/* SPDX-License-Identifier: BSD-3-Clause */
/* A list that grows: of items of one size, without padding that differs, so that lists can be sorted and compared. */
#ifndef MAPEDGE_APP_LIST_H
#define MAPEDGE_APP_LIST_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct list {
	void *items;
	size_t count;
	size_t room;
};

/* A new item at the end, all zero; NULL when memory is out. */
static inline void *
list_add(struct list *list, size_t size)
{
	if (list->count == list->room) {
		const size_t room = list->room == 0 ? 64 : 2 * list->room;
		void *grown = realloc(list->items, room * size);

		if (grown == NULL)
			return NULL;
		list->items = grown;
		list->room = room;
	}
	return memset((char *)list->items + list->count++ * size, 0, size);
}

static inline int
list_compare(const void *one, const void *other, void *size)
{
	return memcmp(one, other, *(size_t *)size);
}

/* By their bytes: an order that depends on nothing else. */
static inline void
list_sort(struct list *list, size_t size)
{
	if (list->count > 0)
		qsort_r(list->items, list->count, size, list_compare, &size);
}

static inline bool
list_is_same(const struct list *one, const struct list *other, size_t size)
{
	return one->count == other->count &&
	    (one->count == 0 || memcmp(one->items, other->items, one->count * size) == 0);
}

static inline void
list_clear(struct list *list)
{
	free(list->items);
	*list = (struct list){ 0 };
}

#endif
