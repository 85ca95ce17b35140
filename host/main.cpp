#include "host/application.hpp"

int main(int argc, char** argv) {
  return heygen::host::run(argc, argv);
}
