#pragma once
#include <stddef.h>

/// OpenMPI's library, found when it is needed: nobody who trains in one process has to have it.

/// Joins the processes that `mpirun` started, and gives this one's number and how many there are. `NULL`, or what is
/// missing.
const char *yolostream_mpi_join(int *rank, int *count);
/// Sends `count` floats to process `to`; 0, or the library's error.
int yolostream_mpi_send(const float *values, int count, int to);
/// Waits for `count` floats of process `from`.
int yolostream_mpi_receive(float *values, int count, int from);
/// Gives everyone the `count` floats of process `from`.
int yolostream_mpi_broadcast(float *values, int count, int from);
/// Waits for the others and leaves.
int yolostream_mpi_leave(void);
