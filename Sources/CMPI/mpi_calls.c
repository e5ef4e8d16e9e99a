#include "mpi_calls.h"

#include <dlfcn.h>

// Declarations of OpenMPI's functions and objects (libmpi.so.40: versions 2 to 5), from which its header defines
// `MPI_COMM_WORLD` and `MPI_FLOAT`.
typedef struct object object;
static int (*init)(int *, char ***, int, int *);
static int (*get_rank)(object *, int *);
static int (*get_count)(object *, int *);
static int (*send)(const void *, int, object *, int, int, object *);
static int (*receive)(void *, int, object *, int, int, object *, void *);
static int (*broadcast)(void *, int, object *, int, object *);
static int (*finalize)(void);
static object *world, *floats;

/// Calls may come from any thread, one at a time (`MPI_THREAD_SERIALIZED`).
enum { SERIALIZED = 2 };

const char *yolostream_mpi_join(int *rank, int *count) {
  // OpenMPI's plug-ins look for its symbols in the global scope.
  void *library = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL);
  if (!library) return "libmpi.so.40 (Debian: libopenmpi3) cannot be loaded";
  struct {
    const char *name;
    void *place;
  } symbols[] = {
      {"MPI_Init_thread", &init}, {"MPI_Comm_rank", &get_rank}, {"MPI_Comm_size", &get_count}, {"MPI_Send", &send},
      {"MPI_Recv", &receive},     {"MPI_Bcast", &broadcast},    {"MPI_Finalize", &finalize},
      {"ompi_mpi_comm_world", &world}, {"ompi_mpi_float", &floats},
  };
  for (size_t index = 0; index < sizeof symbols / sizeof *symbols; index++) {
    void *symbol = dlsym(library, symbols[index].name);
    if (!symbol) return "libmpi.so.40 is not OpenMPI's";
    *(void **)symbols[index].place = symbol;
  }
  int provided = 0;
  if (init(0, 0, SERIALIZED, &provided) || provided < SERIALIZED) return "OpenMPI cannot begin";
  // By default OpenMPI aborts the process at the first error.
  int (*set_handler)(object *, object *) = (int (*)(object *, object *))dlsym(library, "MPI_Comm_set_errhandler");
  object *returning = dlsym(library, "ompi_mpi_errors_return");
  if (set_handler && returning) set_handler(world, returning);
  if (get_rank(world, rank) || get_count(world, count)) return "OpenMPI does not say which process this is";
  return 0;
}

int yolostream_mpi_send(const float *values, int count, int to) { return send(values, count, floats, to, 0, world); }

int yolostream_mpi_receive(float *values, int count, int from) {
  return receive(values, count, floats, from, 0, world, 0);
}

int yolostream_mpi_broadcast(float *values, int count, int from) { return broadcast(values, count, floats, from, world); }

int yolostream_mpi_leave(void) { return finalize(); }
