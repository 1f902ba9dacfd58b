package dev.eddy.app.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * A simulated fleet of pumps, {@code pump-001} on. The same machines, seed and times give the same events on every computer.
 * Not thread-safe.
 */
public final class Fleet {
    private final Pump[] pumps;
    private final Chance order;
    private int reported;

    /**
     * A new fleet.
     *
     * @param machines how many; at least 1
     * @param seed     of all chance in it
     */
    public Fleet(int machines, long seed) {
        if (machines < 1) {
            throw new IllegalArgumentException("a fleet of " + machines + " machines; use at least 1");
        }
        Chance chance = new Chance(seed);
        this.pumps = new Pump[machines];
        for (int i = 0; i < machines; i++) {
            pumps[i] = new Pump(String.format("pump-%03d", i + 1), chance.split());
        }
        this.order = chance.split();
    }

    /** Number of machines. */
    public int machines() {
        return pumps.length;
    }

    /**
     * The next report. Every machine reports once before any reports again, in another order each time.
     *
     * @param time event time, epoch milliseconds; a machine's fault develops by its reports, only the day by the time
     */
    public FleetEvent next(long time) {
        int chosen = order.between(reported, pumps.length);
        Pump pump = pumps[chosen];
        pumps[chosen] = pumps[reported];
        pumps[reported] = pump;
        reported = (reported + 1) % pumps.length;
        return pump.next(time);
    }

    /** One report of every machine, all at one time; continues a round that {@link #next} began. */
    public List<FleetEvent> tick(long time) {
        List<FleetEvent> events = new ArrayList<>(pumps.length);
        for (int i = 0; i < pumps.length; i++) {
            events.add(next(time));
        }
        return events;
    }
}
