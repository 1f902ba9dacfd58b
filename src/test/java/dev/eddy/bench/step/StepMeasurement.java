package dev.eddy.bench.step;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What JMH runs: calls of one contender at one size. In a JVM of its own, so that the compiler sees no other. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StepMeasurement {
    @Param("16x64")
    public String size;

    @Param("EDDY")
    public String contender;

    private Stepper stepper;

    /** Opens the contender. */
    @Setup
    public void open() {
        stepper = Contender.valueOf(contender).open(new StepModel(StepSize.parse(size)));
    }

    /** One step of all its keys. */
    @Benchmark
    public float[][] step() {
        return stepper.step();
    }
}
