# programs.sh - programs of ours that check themselves, for soak.sh.
# shellcheck shell=bash disable=SC2154,SC2034

start_own() { # TARGET COMMAND...
	shift
	start "$@"
	pids=("$pid")
	sleep 1
}

end_own() { # TARGET
	pid=${pids[0]}
	finish "	$1"
	checked=$(tail -n 1 output)
}

compiled() { # TARGET SOURCE [ARGUMENT...]
	local target=$1 source=$2
	shift 2
	case $source in
	*.cpp) g++ -O2 -g -pthread -o "$target/program" "$here/$source" || exit 1 ;;
	*) gcc -O2 -g -pthread -o "$target/program" "$here/$source" || exit 1 ;;
	esac
	start_own "$target" "$target/program" "$@"
}

crowd_begin() { compiled crowd soak/crowd.cpp; }
crowd_end() { end_own crowd; }
threads_begin() { compiled threads threads.c 8 100; }
threads_end() { end_own threads; }
alone_begin() { MALLOC_ARENA_MAX=1 compiled alone alone.c; }
alone_end() { end_own alone; }
churn_begin() { compiled churn churn.c; }
churn_end() { end_own churn; }
states_begin() { compiled states states.c; }
states_end() { end_own states; }
jumps_begin() { compiled jumps soak/jumps.cpp; }
jumps_end() { end_own jumps; }
signals_begin() { compiled signals soak/jumps.cpp 2000; }
signals_end() { end_own signals; }
children_begin() { compiled children soak/children.c; }
children_end() { end_own children; }
