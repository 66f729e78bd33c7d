// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A device model in this process, in the place of a device behind VFIO: only here and in sim_host.c does the probe know of refdev/.
 *
 * What VFIO, the kernel and the interrupt controller do for a real device is done here: MSI-X vectors are programmed and
 * their messages counted, a line that fires is masked until the driver lets it fire again. All of it, and the models, are in
 * memory that forked tests share, as the state of a real device would be.
 */
#include "avps/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "avps/devicetree.h"
#include "avps/dma.h"
#include "refdev/core/defect.h"
#include "refdev/machine.h"
#include "sim_host.h"

#define MAX_VECTORS 64
#define MESSAGE_ADDRESS 0xfee00000u /* where messages go: nobody looks at it but message() below */
#define PAGE_SIZE ((size_t)2 << 20)
#define PAGES 4
#define MOST_KEPT 2 /* disks in files */
#define CLOCK_STEP_US 500 /* what a look at the clock takes; well below any patience */

struct sim {
	struct avps_io base;
	struct refdev_port *port;
	unsigned int signalled[MAX_VECTORS]; /* and not taken yet */
	u32 line; /* MMIO: the number of the one that its interrupts are expected on */
	bool asserted; /* the line */
	bool masked;
};

/* In memory that forked processes share. */
static struct machine {
	struct sim devices[AVPS_MAX_SIMULATED];
	unsigned int n;
} * machine;

static struct refdev_memory memory;
static void *plugged; /* the machine of reference devices */
static u64 now_us;

static struct sim *sim_of(struct avps_io *io)
{
	return (struct sim *)io;
}

static void tick(struct sim *sim)
{
	if (sim->port->ops->tick)
		sim->port->ops->tick(sim->port);
}

static u64 look_at_clock(void)
{
	for (unsigned int i = 0; i < machine->n; i++)
		tick(&machine->devices[i]);
	now_us += CLOCK_STEP_US;
	return now_us;
}

static u32 config_read(struct avps_io *io, unsigned int offset, unsigned int width)
{
	struct refdev_port *port = sim_of(io)->port;

	tick(sim_of(io));
	return port->ops->config_read ? port->ops->config_read(port, offset, width) : UINT32_MAX;
}

static void config_write(struct avps_io *io, unsigned int offset, unsigned int width, u32 value)
{
	struct refdev_port *port = sim_of(io)->port;

	tick(sim_of(io));
	if (port->ops->config_write)
		port->ops->config_write(port, offset, width, value);
}

static u64 region_size(struct avps_io *io, unsigned int region)
{
	struct refdev_port *port = sim_of(io)->port;

	return port->ops->region_size(port, region);
}

static u64 region_read(struct avps_io *io, unsigned int region, u64 offset, unsigned int width)
{
	struct refdev_port *port = sim_of(io)->port;

	tick(sim_of(io));
	return port->ops->read(port, region, offset, width);
}

static void region_write(struct avps_io *io, unsigned int region, u64 offset, unsigned int width, u64 value)
{
	struct refdev_port *port = sim_of(io)->port;

	tick(sim_of(io));
	port->ops->write(port, region, offset, width, value);
}

/* Where the MSI-X capability is; 0: there is none. */
static u8 msix_at(struct refdev_port *port)
{
	u8 at = port->bus == REFDEV_PCI ? port->ops->config_read(port, PCI_CAPABILITY_LIST, 1) : 0;

	/* At most 48 capabilities fit: a list that is longer loops. */
	for (int step = 0; at && step < 48; step++) {
		if (port->ops->config_read(port, at, 1) == PCI_CAP_ID_MSIX)
			return at;
		at = port->ops->config_read(port, at + PCI_CAP_LIST_NEXT, 1);
	}
	return 0;
}

static unsigned int vectors(struct avps_io *io, enum avps_interrupts kind)
{
	struct refdev_port *port = sim_of(io)->port;
	u8 at = msix_at(port);

	if (kind == AVPS_INTERRUPTS_MSIX)
		return at ? (port->ops->config_read(port, at + PCI_MSIX_FLAGS, 2) & PCI_MSIX_FLAGS_QSIZE) + 1 : 0;
	if (kind == AVPS_INTERRUPTS_INTX)
		return port->bus == REFDEV_MMIO || port->ops->config_read(port, PCI_INTERRUPT_PIN, 1);
	return 0;
}

/* Writes an entry of the MSI-X table, as far as its BAR has room for it. */
static void program_vector(struct refdev_port *port, u8 at, unsigned int vector)
{
	u32 table = port->ops->config_read(port, at + PCI_MSIX_TABLE, 4);
	unsigned int bar = table & PCI_MSIX_TABLE_BIR;
	u64 entry = (table & PCI_MSIX_TABLE_OFFSET) + (u64)vector * PCI_MSIX_ENTRY_SIZE;
	u64 size = port->ops->region_size(port, bar);

	if (entry > size || size - entry < PCI_MSIX_ENTRY_SIZE)
		return;
	port->ops->write(port, bar, entry + PCI_MSIX_ENTRY_LOWER_ADDR, 4, MESSAGE_ADDRESS);
	port->ops->write(port, bar, entry + PCI_MSIX_ENTRY_UPPER_ADDR, 4, 0);
	port->ops->write(port, bar, entry + PCI_MSIX_ENTRY_DATA, 4, vector);
	port->ops->write(port, bar, entry + PCI_MSIX_ENTRY_VECTOR_CTRL, 4, 0);
}

static void msix_enable(struct refdev_port *port, u8 at, bool on)
{
	u32 flags = port->ops->config_read(port, at + PCI_MSIX_FLAGS, 2);

	flags = on ? flags | PCI_MSIX_FLAGS_ENABLE : flags & ~(u32)PCI_MSIX_FLAGS_ENABLE;
	port->ops->config_write(port, at + PCI_MSIX_FLAGS, 2, flags);
}

static void fire_line(struct sim *sim)
{
	if (sim->base.enabled != AVPS_INTERRUPTS_INTX || !sim->asserted || sim->masked)
		return;
	sim->signalled[0]++;
	sim->masked = true;
}

static int interrupts_enable(struct avps_io *io, enum avps_interrupts kind, unsigned int n)
{
	struct sim *sim = sim_of(io);
	u8 at = msix_at(sim->port);

	if (at)
		msix_enable(sim->port, at, false);
	memset(sim->signalled, 0, sizeof(sim->signalled));
	io->enabled = AVPS_INTERRUPTS_NONE;
	if (kind == AVPS_INTERRUPTS_NONE)
		return 0;
	if (!n || n > MAX_VECTORS || n > vectors(io, kind))
		return -EINVAL;
	io->enabled = kind; /* before the device may signal */
	io->enabled_vectors = n;
	if (kind == AVPS_INTERRUPTS_MSIX) {
		for (unsigned int vector = 0; vector < n; vector++)
			program_vector(sim->port, at, vector);
		msix_enable(sim->port, at, true);
	} else {
		sim->masked = false;
		fire_line(sim);
	}
	return 0;
}

static bool any_signalled(const struct sim *sim, const u16 *which, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (sim->signalled[which[i]])
			return true;
	return false;
}

static int interrupt_wait(struct avps_io *io, const u16 *which, unsigned int n, avps_deadline deadline)
{
	struct sim *sim = sim_of(io);

	for (unsigned int i = 0; i < n; i++)
		if (which[i] >= MAX_VECTORS || which[i] >= io->enabled_vectors || !io->enabled)
			return -EINVAL;
	for (;;) {
		if (any_signalled(sim, which, n))
			return 1;
		if (!avps_remaining_ms(deadline))
			return any_signalled(sim, which, n);
	}
}

static unsigned int interrupt_take(struct avps_io *io, u16 vector)
{
	unsigned int count = vector < MAX_VECTORS ? sim_of(io)->signalled[vector] : 0;

	if (count)
		sim_of(io)->signalled[vector] = 0;
	return count;
}

static void interrupt_unmask(struct avps_io *io)
{
	sim_of(io)->masked = false;
	fire_line(sim_of(io));
}

/* What is plugged in stays. */
static void sim_close(struct avps_io *io)
{
	(void)io;
}

static const struct avps_io_ops sim_ops = {
	.config_read = config_read,
	.config_write = config_write,
	.region_size = region_size,
	.read = region_read,
	.write = region_write,
	.vectors = vectors,
	.interrupts_enable = interrupts_enable,
	.interrupt_wait = interrupt_wait,
	.interrupt_take = interrupt_take,
	.interrupt_unmask = interrupt_unmask,
	.close = sim_close,
};

/* The wires. A message that goes elsewhere, or names no vector, is lost, as on a real machine. */

static void message(void *wires_of, u64 address, u32 data)
{
	struct sim *sim = wires_of;

	if (address == MESSAGE_ADDRESS && data < sim->base.enabled_vectors && sim->base.enabled == AVPS_INTERRUPTS_MSIX)
		sim->signalled[data]++;
}

/* Whether what @port does to its line is seen as the interrupt of @sim. A PCI function's line is its own. */
static bool listens_to(const struct sim *sim, const struct refdev_port *port)
{
	return port->bus == REFDEV_PCI ? sim->port == port
				       : sim->port->bus == REFDEV_MMIO && sim->line == port->interrupt;
}

static void line(void *wires_of, bool asserted)
{
	const struct refdev_port *port = ((struct sim *)wires_of)->port;

	for (unsigned int i = 0; i < machine->n; i++) {
		struct sim *sim = &machine->devices[i];

		if (!listens_to(sim, port))
			continue;
		sim->asserted = asserted;
		fire_line(sim);
	}
}

/* Memory for DMA, at bus addresses that are neither those of this process, nor next to each other, nor all below 4 GiB. */
static int make_dma_memory(void)
{
	static const u64 bus[PAGES] = { 0x40000000, 0x180000000, 0x2c0000000, 0x7fc0000000 };
	u8 *cpu = mmap(NULL, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (cpu == MAP_FAILED)
		return -errno;
	for (memory.n = 0; memory.n < PAGES; memory.n++) {
		memory.regions[memory.n].bus = bus[memory.n];
		memory.regions[memory.n].size = PAGE_SIZE;
		memory.regions[memory.n].host = cpu + memory.n * PAGE_SIZE;
	}
	memory.allowed = avps_dma_handed_out;
	avps_dma_init(cpu, PAGE_SIZE, bus, PAGES);
	avps_dma_guard();
	return 0;
}

int avps_sim_init(void)
{
	machine = mmap(NULL, sizeof(*machine), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (machine == MAP_FAILED)
		return -errno;
	avps_set_device_clock(look_at_clock);
	return make_dma_memory();
}

const struct refdev_memory *avps_sim_memory(void)
{
	return &memory;
}

/* Has interrupts expected on the lines that the device tree names, as a kernel would that has read it. */
static void listen_as_in_tree(void)
{
	struct avps_tree_node node;
	char path[PATH_MAX], why[160];

	for (unsigned int i = 0; i < machine->n; i++) {
		struct sim *sim = &machine->devices[i];

		if (sim->port->bus == REFDEV_MMIO && avps_tree_path(sim->port->name, path, sizeof(path)) &&
		    !avps_tree_read(avps_tree(), path, &node, why, sizeof(why)) &&
		    node.interrupt != AVPS_TREE_NO_INTERRUPT)
			sim->line = node.interrupt;
	}
}

int avps_sim_machine(const char *defect)
{
	void *models = mmap(NULL, refdev_machine_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int err = 0;

	if (models == MAP_FAILED)
		return -errno;
	plugged = models;
	sim_host_use(models);
	refdev_defect_set(defect);
	refdev_machine_init(models, &memory);
	avps_tree_simulate(refdev_machine_tree(models), refdev_machine_tree_path);
	for (unsigned int i = 0; !err && i < refdev_machine_ports(models); i++)
		err = avps_sim_plug(refdev_machine_port(models, i));
	if (!err)
		listen_as_in_tree();
	return err;
}

/* What the disk has made stable: in the file, it outlives this process. */
static void write_file(void *of, u64 at, const void *bytes, size_t len)
{
	if (pwrite(*(const int *)of, bytes, len, at) != (ssize_t)len)
		perror("avps: the file of a disk");
}

int avps_sim_keep_disk(const char *serial, const char *path, char *why, size_t why_size)
{
	static int files[MOST_KEPT];
	static unsigned int n;
	static u8 content[REFDEV_BLOCK_BYTES];
	struct refdev_block_keeper keeper = { .keep = write_file };
	ssize_t len;
	int fd;

	if (n == MOST_KEPT) {
		snprintf(why, why_size, "only %d disks can be kept in files", MOST_KEPT);
		return -ENOSPC;
	}
	fd = open(path, O_RDWR | O_CLOEXEC);
	len = fd < 0 ? -1 : pread(fd, content, sizeof(content), 0);
	if (len < 0) {
		snprintf(why, why_size, "%s: %s", path, strerror(errno));
		return -EIO;
	}
	files[n] = fd;
	keeper.of = &files[n++];
	if (refdev_machine_keep_disk(plugged, serial, &keeper, content, len))
		return 0;
	snprintf(why, why_size, "there is no disk of serial number '%s'", serial);
	return -ENODEV;
}

int avps_sim_plug(struct refdev_port *port)
{
	struct sim *sim = &machine->devices[machine->n];

	if (machine->n == AVPS_MAX_SIMULATED)
		return -ENOSPC;
	machine->n++;
	memset(sim, 0, sizeof(*sim));
	sim->base.ops = &sim_ops;
	sim->port = port;
	sim->line = port->interrupt;
	port->wires = (struct refdev_wires){ .message = message, .line = line, .machine = sim };
	return 0;
}

void avps_sim_clear(void)
{
	machine->n = 0;
}

bool avps_sim_place(unsigned int number, struct avps_sim_place *place)
{
	const struct refdev_port *port;

	if (number >= machine->n)
		return false;
	port = machine->devices[number].port;
	*place = (struct avps_sim_place){ .name = port->name,
					  .bus = port->bus == REFDEV_PCI ? "pci" : "mmio",
					  .base = port->base,
					  .interrupt = machine->devices[number].line };
	return true;
}

struct avps_io *avps_sim_open(unsigned int number)
{
	return &machine->devices[number].base;
}

bool avps_sim_defect(unsigned int number, struct avps_sim_defect *defect)
{
	const struct refdev_defect_site *site = refdev_defect_site(number);

	if (site)
		*defect = (struct avps_sim_defect){ .name = site->name, .file = site->file, .line = site->line };
	return site;
}
