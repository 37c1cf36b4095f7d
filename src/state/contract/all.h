// The whole contract suite, for a state's test program, which instantiates StateContract, RatePromise and
// BanContract.
#pragma once

#include "state/contract/bans.h"
#include "state/contract/rate_promise.h"
#include "state/contract/rates.h"
#include "state/contract/slots.h"
