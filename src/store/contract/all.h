// The whole contract suite, for a store's test program.
#pragma once

#include "store/contract/budget_concurrency.h"
#include "store/contract/budget_model.h"
#include "store/contract/budgets.h"
#include "store/contract/charges.h"
#include "store/contract/concurrency.h"
#include "store/contract/context.h"
#include "store/contract/conversations.h"
#include "store/contract/pages.h"
#include "store/contract/recovery.h"
#include "store/contract/turns.h"
